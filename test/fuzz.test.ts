import { isUtf8 } from 'node:buffer';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakeClock } from '../src/kernel/clock.ts';
import { type FakeGateway, startFakeGateway } from './fake-gateway.ts';
import { faultsIn, type WireAnswer } from './fuzz/answer-shape.ts';
import { bounds, LONG_MS } from './fuzz/bounds.ts';
import { act, type Common, type Step } from './fuzz/caller.ts';
import { type Chaos, startChaos } from './fuzz/chaos-upstream.ts';
import { hostileBody } from './fuzz/hostile-body.ts';

const roles = { user: ['read:*', 'execute:tool'] };
const limits = { maxSessions: 1_000_000, maxSessionsPerCaller: 1_000_000, maxStreamsPerCaller: 1_000 };
let chaos: Chaos;
let gateway: FakeGateway;

beforeAll(async () => {
  const clock = fakeClock();
  chaos = await startChaos(clock);
  gateway = await startFakeGateway({ clock, upstreams: chaos.upstreams, roles, limits });
});

afterAll(async () => {
  await gateway?.close();
  await chaos?.close();
});

/** One call by somebody new: the sign of life after whatever came before. */
async function stillServes(): Promise<void> {
  const session = await gateway.initialize('/mcp', 'last:user');
  for (const name of ['web__echo', 'wild__echo', 'shared__echo']) {
    const params = { name, arguments: { token: 'alive' } };
    const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params };
    const { body } = await gateway.post('/mcp', 'last:user', call, session);
    expect(body?.result).toMatchObject({ content: [{ text: 'alive' }] });
  }
}

/** Reads an answer; a subscription, which has no end of its own, until it stands. */
async function readToEnd(response: Response): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    // Leaving the loop closes the stream.
    if (text.includes('notifications/subscriptions/acknowledged') && text.endsWith('\n\n')) break;
  }
  return text;
}

describe('whatever is posted to an MCP endpoint', () => {
  it(
    'is answered with JSON-RPC that tells nothing of the inside, and reaches upstreams as one message or not at all',
    async () => {
      const sessions = new Map<string, string>();
      for (const path of ['/mcp', '/mcp/web', '/mcp/shared'])
        sessions.set(path, await gateway.initialize(path, 'ann:user'));
      const body = fc.record({
        body: hostileBody,
        path: fc.constantFrom(...sessions.keys()),
        inSession: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, fc.constant(false)),
        headers: fc.constantFrom<Record<string, string>>(
          {},
          { accept: 'application/json' },
          { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'echo' },
          { 'mcp-protocol-version': '\xff', 'mcp-name': '=?base64?/w==?=' },
          { 'mcp-param-x': 'a, b', 'mcp-method': 'ping' },
          { 'content-type': 'application/json; charset=utf-16' },
        ),
      });
      await fc.assert(
        fc.asyncProperty(body, async ({ body: bytes, path, inSession, headers }) => {
          const response = await fetch(gateway.url + path, {
            method: 'POST',
            headers: {
              authorization: 'Bearer ann:user',
              'content-type': 'application/json',
              accept: 'application/json, text/event-stream',
              ...(inSession ? { 'mcp-session-id': sessions.get(path) ?? '' } : {}),
              ...headers,
            },
            body: new Uint8Array(bytes),
            signal: AbortSignal.timeout(20_000),
          });
          const answer: WireAnswer = {
            status: response.status,
            type: response.headers.get('content-type'),
            text: await readToEnd(response),
          };
          expect([...faultsIn(answer), ...chaos.faults]).toEqual([]);
          if (!isUtf8(bytes)) expect([answer.status, answer.text.includes('RPC_PARSE')]).toEqual([400, true]);
        }),
        bounds(1_000),
      );
      expect(chaos.open()).toBe(0);
      await stillServes();
    },
    LONG_MS,
  );
});

const id = fc.constantFrom<string | number>(1, 2, 0, -1, '1', '', 'merlon-1', 'stateless-1', '__proto__', 2 ** 53 - 1);
const turns = fc.integer({ min: 0, max: 12 });
const small = fc.nat(5);
const call = { id, tool: small, turns, flood: fc.nat(4), question: fc.boolean() };
const what = fc.constantFrom('call', 'listen', 'resume', 'remove', 'cancel', 'answer', 'elsewhere', 'guess');
const kind = <Kind extends Step['kind']>(name: Kind): fc.Arbitrary<Kind> => fc.constant(name);
const place = fc.option(fc.nat(50), { nil: undefined });
const comesBack = fc.option(fc.nat(60), { nil: undefined });
const leaveAfter = fc.option(turns, { nil: undefined, freq: 2 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ kind: kind('call'), session: small, leaveAfter, comesBack, ...call }),
  },
  { weight: 5, arbitrary: fc.record({ kind: kind('stateless'), endpoint: small, ...call }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('open'), endpoint: small }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('cancel'), session: small, id }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('remove'), session: small }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('listen'), session: small, place }) },
  { weight: 3, arbitrary: fc.record({ kind: kind('steal'), victim: fc.nat(20), what, id }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('replay'), victim: small }) },
  { weight: 3, arbitrary: fc.record({ kind: kind('pause'), turns }) },
);
const open = (endpoint: number): Step => ({ kind: 'open', endpoint });
/** Two upstreams that ask one client something at the same time, as it happens under the same number. */
const twoQuestions = fc.tuple(turns, turns).map((both) =>
  both.map((after, tool): Step => {
    return {
      kind: 'call',
      session: 2,
      leaveAfter: undefined,
      comesBack: undefined,
      id: `q${tool}`,
      tool,
      turns: after,
      flood: 1,
      question: true,
    };
  }),
);
const script = fc
  .tuple(twoQuestions, fc.array(step, { minLength: 5, maxLength: 25 }))
  .map(([first, steps]) => [open(0), open(1), open(2), ...first, ...steps]);

describe('several callers at once, with the same ids, among floods, questions, thefts and cancellations', () => {
  it(
    'each hear what is theirs and nothing else, and get an answer to all that they did not give up themselves',
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(script, { minLength: 2, maxLength: 4 }), async (scripts) => {
          const common: Common = {
            url: gateway.url,
            faults: [],
            sessions: [],
            states: [],
            places: [],
            asked: [],
            over: AbortSignal.timeout(30_000),
          };
          const names = ['ann', 'bob', 'cid', 'dan'];
          await Promise.all(scripts.map((steps, index) => act(names[index] ?? '', steps, common)));
          expect([...common.faults, ...chaos.faults]).toEqual([]);
        }),
        bounds(40),
      );
      await gateway.gate.flights.idle();
      await expect.poll(() => chaos.open()).toBe(0);
      await stillServes();
    },
    LONG_MS,
  );
});
