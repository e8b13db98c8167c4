/** Drives mcp-remote: SDK v1's client over stdio in front of it, as a desktop client would be. */
import { join } from 'node:path';
import { drive } from './drive.ts';
import { openSdkV1, programTransport } from './sdk-v1-session.ts';

const program = join(import.meta.dirname, 'node_modules', '.bin', 'mcp-remote');
const authority = process.env['NODE_EXTRA_CA_CERTS'];

await drive(({ entry }, { era, folder }) => {
  if ('command' in entry) throw new Error('mcp-remote reaches no server over stdio');
  const headers = Object.entries(entry.headers ?? {}).flatMap(([name, value]) => ['--header', `${name}: ${value}`]);
  const transport = entry.type === 'sse' ? 'sse-only' : 'http-only';
  const args = [
    program,
    entry.url,
    '--transport',
    transport,
    ...headers,
    ...(era === 'auto' ? ['--protocol', era] : []),
  ];
  // Its files hold what it keeps of an authorization; nothing here needs one.
  const env = { MCP_REMOTE_CONFIG_DIR: folder, ...(authority === undefined ? {} : { NODE_EXTRA_CA_CERTS: authority }) };
  return openSdkV1(programTransport(process.execPath, args, env));
});
