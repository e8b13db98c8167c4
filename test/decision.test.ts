import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FakeUpstream, fakeUpstream, startFakeGateway } from './fake-gateway.ts';
import type { JsonObject } from '../src/kernel/jsonrpc.ts';

const names = ['read', 'write', 'read_file', 'a', 'ab', '__proto__'];
const servers = ['files', 'files-x', 'mem'];

/** Everything that an upstream of this test has, under the method that uses it. */
const uses = [
  { list: 'tools/list', key: 'tools', field: 'name', use: 'tools/call', param: 'name' },
  { list: 'prompts/list', key: 'prompts', field: 'name', use: 'prompts/get', param: 'name' },
  { list: 'resources/list', key: 'resources', field: 'uri', use: 'resources/read', param: 'uri' },
] as const;

const idOf = (field: string, name: string): string => (field === 'uri' ? `test://${name}` : name);

function upstreams(): FakeUpstream[] {
  return servers.map((server) =>
    fakeUpstream(server, ({ method }): JsonObject => {
      const use = uses.find(({ list }) => list === method);
      if (use === undefined) return { content: [], contents: [], messages: [] };
      return { [use.key]: names.map((name) => ({ name, [use.field]: idOf(use.field, name) })) };
    }),
  );
}

const part = (words: readonly string[]) => fc.constantFrom('*', ...words);
const permission = fc.oneof(
  fc.constantFrom('*:*', 'read:*', 'execute:*', 'execute:tool', 'read:prompt', 'read:resource', 'read:tools'),
  fc.tuple(fc.constantFrom('execute:tool', 'read:prompt'), part(servers)).map(([kind, server]) => `${kind}/${server}`),
  fc
    .tuple(fc.constantFrom('execute:tool', 'read:prompt'), part(servers), part(names))
    .map(([kind, server, name]) => `${kind}/${server}/${name}`),
  fc
    .tuple(part(servers), part(names))
    .map(([server, name]) => `read:resource/${server}/${name === '*' ? '*' : `test://${name}`}`),
);

describe('no path around the decision', () => {
  it('shows exactly what can be called, on both endpoints, and records everything that leaves', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(permission, { maxLength: 4 }), async (permissions) => {
        const all = upstreams();
        const gateway = await startFakeGateway({ upstreams: all, roles: { r: ['read:info', ...permissions] } });
        const reached = new Map<string, number>();
        const count = (): number => all.reduce((sum, { received }) => sum + received.length, 0);
        try {
          for (const path of ['/mcp', ...servers.map((server) => `/mcp/${server}`)]) {
            const opened = await gateway.initialize(path, 'r').catch(() => undefined);
            for (const { list, key, field, use, param } of uses) {
              const listed = await gateway.post(path, 'r', { jsonrpc: '2.0', id: 1, method: list }, opened);
              const entries = (listed.body?.result?.[key] ?? []) as Record<string, string>[];
              const visible = new Set(entries.map((entry) => entry[field]));
              for (const server of path === '/mcp' ? servers : [path.slice(5)]) {
                for (const name of names) {
                  const own = idOf(field, name);
                  const shown = path !== '/mcp' ? own : field === 'uri' ? `${server}+${own}` : `${server}__${own}`;
                  const before = count();
                  const message = { jsonrpc: '2.0', id: 2, method: use, params: { [param]: shown } };
                  const answer = await gateway.post(path, 'r', message, opened);
                  const wasReached = count() > before;
                  // One decision, whichever endpoint: the list, the call and the other endpoint agree.
                  expect(wasReached, `${path} ${use} ${shown}`).toBe(visible.has(shown));
                  expect(answer.body?.error === undefined).toBe(wasReached);
                  const known = `${use} ${server} ${name}`;
                  if (reached.has(known)) expect(reached.get(known), known).toBe(Number(wasReached));
                  reached.set(known, Number(wasReached));
                }
              }
            }
          }
          // Nothing leaves unrecorded: one intent for each request that an upstream saw.
          expect(gateway.entries.filter(({ kind }) => kind === 'intent')).toHaveLength(count());
        } finally {
          await gateway.close();
        }
      }),
      { numRuns: 25 },
    );
  });

  it('denies by default: no role, an unknown role and an empty role reach nothing', async () => {
    const all = upstreams();
    const gateway = await startFakeGateway({ upstreams: all, roles: { empty: [], guest: ['read:info'] } });
    try {
      for (const [token, path, status] of [
        ['nobody', '/mcp', 403],
        ['nobody', '/mcp/files', 403],
        ['empty', '/mcp', 403],
        ['empty', '/mcp/files', 404],
        ['guest', '/mcp/files', 404],
        ['guest', '/mcp/none', 404],
      ] as const) {
        const init = { jsonrpc: '2.0', id: 1, method: 'initialize', params: {} };
        expect((await gateway.post(path, token, init)).status, `${token} ${path}`).toBe(status);
      }
      expect(all.every(({ received }) => received.length === 0)).toBe(true);
    } finally {
      await gateway.close();
    }
  });

  it('asks again for every call: a role that shrinks while a session is open loses its tools at once', async () => {
    const all = upstreams();
    const gateway = await startFakeGateway({
      upstreams: all,
      roles: { r: ['read:info', 'execute:tool'], q: ['read:info', 'read:prompt'] },
    });
    try {
      const session = await gateway.initialize('/mcp/files', 'me:r');
      const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'a' } };
      expect((await gateway.post('/mcp/files', 'me:r', call, session)).status).toBe(200);
      const denied = await gateway.post('/mcp/files', 'me:q', call, session);
      expect(denied.status).toBe(403);
      expect(denied.headers.get('www-authenticate')).toContain('scope="execute:tool/files/a"');
      expect(gateway.entries.at(-1)).toMatchObject({
        kind: 'refusal',
        code: 'FORBIDDEN',
        missing: 'execute:tool/files/a',
      });
    } finally {
      await gateway.close();
    }
  });
});
