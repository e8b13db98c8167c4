/**
 * True for a host that only this machine can reach: `localhost`, 127.0.0.0/8 and ::1, with or without brackets.
 * Decided by the text alone, without a name lookup: another name that happens to resolve to 127.0.0.1 is not trusted.
 */
export function isLoopbackHost(host: string): boolean {
  const bare = host.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  return bare === 'localhost' || bare === '::1' || /^(::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(bare);
}
