import { describe, expect, it } from 'vitest';
import { load } from '../../test/config.ts';
import { stdioConfig } from './stdio-config.ts';

const text =
  'mcpServers: { one: { command: a }, other: { url: "http://127.0.0.1:1/" }, off: { command: b, disabled: true } }';
const config = async () => (await load(text, { listens: false })).config;

describe('the configuration for a client over stdio', () => {
  it('has the one upstream, so that nothing of the others is started', async () => {
    expect(Object.keys(stdioConfig(await config(), 'one').mcpServers)).toEqual(['one']);
    expect(Object.keys(stdioConfig(await config(), undefined).mcpServers)).toEqual(['one', 'other', 'off']);
  });

  it.each(['none', 'off', 'constructor', '__proto__', ''])('refuses %j, and lists what there is', async (name) => {
    const whole = await config();
    expect(() => stdioConfig(whole, name)).toThrow(expect.objectContaining({ code: 'USAGE' }));
    expect(() => stdioConfig(whole, name)).toThrow(/there is one, other\./);
  });

  it('needs no certificate, and lets no session end before the process', async () => {
    const { server, security } = stdioConfig(await config(), 'one');
    expect([server.secure, server.tls_cert]).toEqual([true, undefined]);
    expect(Math.min(security.session_idle_seconds, security.session_max_seconds)).toBe(Number.MAX_SAFE_INTEGER);
  });
});
