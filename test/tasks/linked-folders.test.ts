import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isObject, type JsonObject } from '../../src/kernel/jsonrpc.ts';
import { type Deployment, makeDeployment, type Serving } from '../deployment.ts';
import { type Http, type McpSession, speakTo } from '../mcp-client.ts';

// A real file server, once with the granted folder for its root and once with more. Links are the file system's: a gateway
// that only sees names cannot follow them.

let deployment: Deployment;
let serving: Serving;
let http: Http;
let session: McpSession;
const at = (...parts: readonly string[]): string => join(deployment.folder, ...parts);

beforeAll(async () => {
  deployment = await makeDeployment({});
  for (const folder of ['open', 'open/inner', 'secret']) mkdirSync(at(folder));
  writeFileSync(at('open', 'a.txt'), 'meant to be read');
  writeFileSync(at('secret', 'key.txt'), 'the key');
  symlinkSync(at('secret'), at('open', 'out'));
  symlinkSync(at('secret', 'key.txt'), at('open', 'key.txt'));
  symlinkSync(at('open'), at('alias'));
  const scopes = { read: [`files:${at('open')}/`], write: [] };
  await deployment.configure({
    permissions: {
      roles: [{ name: 'user', permissions: ['read:info', 'execute:tool'] }],
      tasks: { types: [{ name: 'files', roles: ['user'], resources: ['file_access'], scopes }] },
    },
    security: { rate_limiting: false },
    mcpServers: {
      tight: { command: 'mcp-server-filesystem', args: [at('open')] },
      wide: { command: 'mcp-server-filesystem', args: [deployment.folder] },
    },
  });
  const user = deployment.key('user');
  serving = await deployment.start();
  http = speakTo({ url: serving.url, ca: deployment.ca });
  const response = await http.fetch('/api/v2/tasks', {
    method: 'POST',
    headers: { authorization: `Bearer ${user}`, 'content-type': 'application/json' },
    body: JSON.stringify({ type: 'files', resources: ['file_access'], request: `Read ${at('open', 'a.txt')}` }),
  });
  const opened: unknown = await response.json();
  const credential = isObject(opened) ? opened['credential'] : undefined;
  session = await http.open('/mcp', typeof credential === 'string' ? credential : '');
});
afterAll(async () => {
  await deployment.remove();
  await http.close();
});

/** Who stopped a reading: the gateway, the file server, or nobody. */
async function stopped(tool: string, path: string): Promise<'gateway' | 'upstream' | 'nobody'> {
  const { result, text } = await session.call(tool, { path });
  if (result === undefined) throw new Error(`answered with ${text}`);
  const meta: JsonObject = isObject(result['_meta']) ? result['_meta'] : {};
  if ('merlon/denial' in meta) return 'gateway';
  if (result['isError'] === true) return 'upstream';
  return text.includes('the key') || text.includes('meant to be read') ? 'nobody' : 'upstream';
}

it('reads what lies in the folder', async () => {
  for (const tool of ['tight__read_text_file', 'wide__read_text_file'])
    expect(await stopped(tool, at('open', 'a.txt')), tool).toBe('nobody');
});

it('is stopped by the gateway at names outside, by whatever way: behind a link, above it, or by another name of the root', async () => {
  const outside = [
    at('secret', 'key.txt'),
    at('alias', 'a.txt'),
    at('alias', 'key.txt'),
    `${at('open')}/inner/../../secret/key.txt`,
    `${at('open')}/out/../../secret/key.txt`,
    `file://${at('secret', 'key.txt')}`,
  ];
  for (const tool of ['tight__read_text_file', 'wide__read_text_file'])
    for (const path of outside) expect(await stopped(tool, path), `${tool} ${path}`).toBe('gateway');
});

it('is stopped by the file server where a `..` goes back through a link, as the name alone stays inside', async () => {
  for (const tool of ['tight__read_text_file', 'wide__read_text_file'])
    expect(await stopped(tool, `${at('open')}/out/../secret/key.txt`), tool).toBe('upstream');
});

it('is stopped by the file server alone where a link inside leads out, and only where that is held to the folder too', async () => {
  for (const path of [at('open', 'key.txt'), at('open', 'out', 'key.txt')]) {
    expect(await stopped('tight__read_text_file', path), path).toBe('upstream');
    expect(await stopped('wide__read_text_file', path), path).toBe('nobody');
  }
});
