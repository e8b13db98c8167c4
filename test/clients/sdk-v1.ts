/** Drives SDK v1. */
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { drive } from './drive.ts';
import { openSdkV1, programTransport } from './sdk-v1-session.ts';

await drive(({ entry }) => {
  if ('command' in entry) return openSdkV1(programTransport(entry.command, entry.args, entry.env));
  const options = { requestInit: { headers: { ...entry.headers } } };
  const Transport = entry.type === 'sse' ? SSEClientTransport : StreamableHTTPClientTransport;
  return openSdkV1(new Transport(new URL(entry.url), options));
});
