import { randomBytes } from 'node:crypto';
import type { JsonObject } from '../../../../kernel/jsonrpc.ts';
import { isLoopbackHost } from '../../../../kernel/loopback.ts';
import type { Era } from '../../../../kernel/mcp-eras.ts';
import type { Exchange, ProbeName } from '../../../facts/door.ts';
import { type Look, saw } from '../../../look.ts';
import { type Opened, openingOf } from '../../../probe/open.ts';
import { exchanged, say } from '../../../probe/say.ts';
import { ask, enter, harmless, type Visit } from './visit.ts';

/** Results of probes as they come in. */
export type Tried = { [Name in ProbeName]?: Look<Exchange> };

const EVIL_HOST = 'evil.example';

/** What an oversized body is announced with, bytes; far more than anybody needs, and never sent. */
const PROMISED_BYTES = 64 * 1024 * 1024;
/** How long a server may take to refuse what was only announced, ms; one that has not by then waits for it. */
const PROMISED_LOCAL_MS = 500;
const PROMISED_REMOTE_MS = 2_000;

const DEEP = 200;

/** Tries what an open endpoint does with unknown and contradictory things; each era answers for itself. */
export async function tryMessages(visit: Visit, opened: Opened, into: Tried): Promise<void> {
  const name = `merlon-scan-${randomBytes(8).toString('hex')}`;
  const tries: Promise<void>[] = [
    put(into, 'unknown-method', ask(visit, opened, 'merlon-scan/unknown')),
    // Of a random name: a tool that exists is never called.
    put(into, 'unknown-tool', ask(visit, opened, 'tools/call', { params: { name, arguments: {} } })),
    put(into, 'version-unknown', askVersion(visit, opened, '1999-01-01')),
  ];
  if (opened.era === 'modern') {
    const headers = { ...visit.headers, 'mcp-method': 'tools/call' };
    tries.push(put(into, 'header-mismatch', ask(visit, opened, 'tools/list', { headers })));
  }
  await Promise.all(tries);
}

function askVersion(visit: Visit, opened: Opened, version: string): ReturnType<typeof ask> {
  if (opened.era === 'modern') return ask(visit, opened, harmless('modern'), { version });
  return say(visit.line, {
    era: 'legacy',
    method: harmless('legacy'),
    headers: { ...visit.headers, ...opened.headers, 'mcp-protocol-version': version },
  });
}

/** Tries bodies that should cost nothing, in one era: what reads them is the same for both. */
export async function tryBodies(visit: Visit, opened: Opened, into: Tried): Promise<void> {
  const { era } = opened;
  await Promise.all([
    put(into, 'deep-json', ask(visit, opened, harmless(era), { params: { deep: nested(DEEP) } })),
    put(into, 'invalid-json', ask(visit, opened, harmless(era), { text: '{"jsonrpc":"2.0","id":1,"method":"pi' })),
  ]);
}

function nested(levels: number): JsonObject[string] {
  let value: JsonObject[string] = [];
  for (let level = 1; level < levels; level += 1) value = [value];
  return value;
}

/** Announces a body that is too large, and waits a moment for somebody to refuse it. */
export async function tryOversized(visit: Visit, era: Era, into: Tried): Promise<void> {
  const saying = {
    ...openingOf(era),
    headers: visit.headers,
    text: '{"jsonrpc":"2.0",',
    promisedBytes: PROMISED_BYTES,
  };
  const deadlineMs = isLoopbackHost(visit.line.url.hostname) ? PROMISED_LOCAL_MS : PROMISED_REMOTE_MS;
  into['oversized-body'] = exchanged(await say(visit.line, saying, { deadlineMs }));
}

/** Tries what a page of another site could make a browser send, once it got a name to point here (HTTP-02, HTTP-03). */
export async function tryStrangers(visit: Visit, era: Era, into: Tried): Promise<void> {
  const host = enter(visit, era, { ...visit.headers, host: EVIL_HOST });
  const origin = enter(visit, era, { ...visit.headers, origin: `https://${EVIL_HOST}` });
  into['foreign-host'] = exchanged((await host).said);
  into['foreign-origin'] = exchanged((await origin).said);
}

/** Asks what a browser would ask before it lets a page of another site POST with a credential. */
export async function tryPreflight({ line }: Visit, into: Tried): Promise<void> {
  const look = await line.ask({
    url: line.url,
    method: 'OPTIONS',
    headers: {
      origin: `https://${EVIL_HOST}`,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type,mcp-protocol-version,mcp-session-id',
    },
  });
  into['preflight-foreign-origin'] = 'blind' in look ? look : exchanged(saw({ heard: look.saw, answer: undefined }));
}

async function put(into: Tried, name: ProbeName, said: ReturnType<typeof ask>): Promise<void> {
  into[name] = exchanged(await said);
}
