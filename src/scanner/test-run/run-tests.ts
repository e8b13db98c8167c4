import { isLoopbackHost } from '../../kernel/loopback.ts';
import { collectDoor } from '../collect/server/door/door.ts';
import { collectTransport } from '../collect/server/transport.ts';
import type { PlainHttp } from '../facts/transport.ts';
import { type Blind, blind, type Look, saw } from '../look.ts';
import { ask, type AskRules } from '../probe/ask.ts';
import { askPlainly } from '../probe/plain-http.ts';
import { type Address, bareHost, portOf, resolveTarget } from '../probe/resolve.ts';
import { apiQuestions, httpsOnly } from './api-questions.ts';
import { testApi } from './api-tests.ts';
import { testDoor, testTransport } from './check-tests.ts';
import { judgePlainHttp } from './https-only.ts';
import { type TestResult, unanswered } from './test-result.ts';

/** What is tested, and how. */
export interface TestRules {
  /** A bearer token. Undefined: what needs one is not asked. Secret. */
  readonly key: string | undefined;
  /** False accepts any certificate for reading on; that it is bad is still found. */
  readonly verifyTls: boolean;
  /** PEM certificates to trust besides the system's. */
  readonly ca?: string;
  readonly signal: AbortSignal;
  /** ms since 1970. */
  readonly now: () => number;
  /** Waits, ms. */
  readonly wait: (ms: number) => Promise<void>;
  /** Told of each step, for people who wait; plain text without control characters. */
  readonly step: (what: string) => void;
}

/** Longest time for one request, ms; that of the checklist's script. */
const DEADLINE_MS = 5_000;
/** Bytes of an answer of `/api/v2`; 10,000 tools need about ten MiB. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;
const DEFAULT_ENDPOINT = '/mcp';

/** The MCP endpoint of an address: itself, or `/mcp` where it has no path. */
export function endpointOf(url: URL): URL {
  return url.pathname === '/' ? new URL(DEFAULT_ENDPOINT, url.origin) : new URL(url.pathname, url.origin);
}

/**
 * Runs the security tests against a server: about 120 requests, none of which calls a tool that exists or sends more than
 * a few KiB. Never throws. Where nothing can be reached, every test is `unknown`.
 */
export async function runTests(url: URL, rules: TestRules): Promise<TestResult[]> {
  const { signal, step, now } = rules;
  step('looks for the server');
  const address = await resolveTarget(url, { signal });
  if ('blind' in address) return allUnseen(address, now());
  const endpoint = endpointOf(url);
  const trust = { address: address.saw, ...(rules.ca === undefined ? {} : { ca: rules.ca }) };
  step('looks at TLS and plain HTTP');
  const transport = await collectTransport(endpoint, { ...trust, signal });
  if ('blind' in transport) return allUnseen(transport, now());
  const plain = judgePlainHttp(await askPlain(url, address.saw, rules), {
    isHttps: url.protocol === 'https:',
    answersTls: 'saw' in transport.saw.tls && 'saw' in transport.saw.tls.saw.certificate,
  });
  step('tests /api/v2');
  const api = await testApi({ get: getter(url, rules, trust), headers: headersOf(rules.key), wait: rules.wait });
  const credential =
    rules.key === undefined ? undefined : saw({ kind: 'bearer' as const, headers: headersOf(rules.key) });
  const { door } = await collectDoor(endpoint, { ...trust, credential, verifyTls: rules.verifyTls, signal, now, step });
  return [plain, ...testTransport(transport, now()), ...api, ...testDoor(door, now())];
}

type Trust = Pick<AskRules, 'address' | 'ca'>;

function getter(url: URL, { verifyTls, signal }: TestRules, trust: Trust): Parameters<typeof testApi>[0]['get'] {
  const how = { ...trust, verifyTls, deadlineMs: DEADLINE_MS, maxBodyBytes: MAX_BODY_BYTES, signal };
  return (path, headers) =>
    ask({ url: new URL(path, url.origin), method: 'GET', headers: { accept: 'application/json', ...headers } }, how);
}

function headersOf(key: string | undefined): Readonly<Record<string, string>> {
  return key === undefined ? {} : { authorization: `Bearer ${key}` };
}

/** The same address with `http://`: its own port, or 80 where it names none. */
async function askPlain(url: URL, address: Address, { signal }: TestRules): Promise<Look<PlainHttp>> {
  const port = url.port === '' ? 80 : portOf(url);
  const host = port === 80 ? url.hostname : `${url.hostname}:${port}`;
  return await askPlainly(
    { name: bareHost(url), address, port, deadlineMs: DEADLINE_MS, signal },
    host,
    '/api/v2/info',
  );
}

function allUnseen(why: Blind, now: number): TestResult[] {
  // Nothing of a server that was not reached may look like something that it does not have.
  const unseen: Blind = why.blind === 'not-offered' ? blind('unreachable', why.why.en, why.why.zh) : why;
  const own = [httpsOnly, ...Object.values(apiQuestions)].map((question) => unanswered(question, unseen));
  return [...own, ...testTransport(unseen, now), ...testDoor(unseen, now)];
}

/** Whether a host may be tested without its owner's word: this machine. */
export function isOwnMachine({ hostname }: URL): boolean {
  return isLoopbackHost(hostname);
}
