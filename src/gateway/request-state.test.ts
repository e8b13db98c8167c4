import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOf, errorOf } from '../../test/error-of.ts';
import { fakeClock } from '../kernel/clock.ts';
import { isRequest, type JsonObject, parseJson, type Request, toMessage } from '../kernel/jsonrpc.ts';
import { createRequestStates, type RequestStates, type StateBinding } from './request-state.ts';

const TTL_MS = 60_000;
const REFUSED = 'REQUEST_STATE_INVALID';

function call(name: string, args: JsonObject, more: JsonObject = {}, id = 1): Request {
  return { jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: args, ...more } };
}
const ALICE: StateBinding = { principal: 'alice', scope: 'files', request: call('delete', { path: '/a', n: 1 }) };

function setUp(options: { ttlMs?: number; maxUsed?: number } = {}): {
  states: RequestStates;
  clock: ReturnType<typeof fakeClock>;
  refused: (state: string, binding?: StateBinding) => boolean;
} {
  const clock = fakeClock();
  const states = createRequestStates({ clock, ttlMs: TTL_MS, ...options });
  const refused = (state: string, binding = ALICE): boolean => codeOf(() => states.open(state, binding)) === REFUSED;
  return { states, clock, refused };
}

describe('a request state in the wrong hands', () => {
  it('is refused with any bit changed', () => {
    const { states, refused } = setUp();
    const state = states.seal(ALICE, 'payload');
    const bytes = Buffer.from(state, 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const forged = Buffer.from(bytes);
      forged[bit >> 3] = (forged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(refused(forged.toString('base64url')), `bit ${bit}`).toBe(true);
    }
    expect(states.open(state, ALICE)).toBe('payload');
  });

  it('is refused with any character of its text changed, added or missing', () => {
    const { states, refused } = setUp();
    // Of three lengths, so that the last character carries all, four or two of its bits.
    for (const payload of ['', 'a', 'ab']) {
      const state = states.seal(ALICE, payload);
      for (let at = 0; at <= state.length; at += 1) {
        for (const char of ['', 'A', 'B', '_', '=', '+', '/', ' ', '\n', '\0', 'é']) {
          for (const width of [0, 1]) {
            const forged = `${state.slice(0, at)}${char}${state.slice(at + width)}`;
            if (forged !== state) expect(refused(forged), `${at} ${char}`).toBe(true);
          }
        }
      }
      const last = state.slice(0, -1);
      for (const char of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_') {
        if (`${last}${char}` !== state) expect(refused(`${last}${char}`), char).toBe(true);
      }
      expect(states.open(state, ALICE)).toBe(payload);
    }
  });

  it('is refused cut off anywhere, prolonged, or mixed from two', () => {
    const { states, refused } = setUp();
    const [one, two] = [states.seal(ALICE, 'one'), states.seal(ALICE, 'two')];
    for (let at = 0; at < one.length; at += 1) {
      expect(refused(one.slice(0, at))).toBe(true);
      expect(refused(one.slice(at + 1))).toBe(true);
      const mixed = one.slice(0, at) + two.slice(at);
      if (mixed !== one && mixed !== two) expect(refused(mixed)).toBe(true);
    }
    expect(refused(one + one)).toBe(true);
  });

  it('is refused for any text that nobody sealed', () => {
    const { refused } = setUp();
    const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from([1, ...array]).toString('base64url'));
    fc.assert(fc.property(fc.oneof(fc.string(), bytes), (text) => refused(text)));
    for (const text of ['', 'undefined', '__proto__', 'A'.repeat(65_536), 'A'.repeat(20_000_000)]) {
      expect(refused(text)).toBe(true);
    }
  });

  it('is refused from another principal, on another endpoint and for another request (MRTR-09)', () => {
    const { states, refused } = setUp();
    const state = states.seal(ALICE, 'payload');
    const { request } = ALICE;
    for (const [what, other] of Object.entries<Partial<StateBinding>>({
      principal: { principal: 'bob' },
      task: { task: 'a' },
      case: { principal: 'Alice' },
      nobody: { principal: '' },
      scope: { scope: 'mail' },
      aggregate: { scope: undefined },
      tool: { request: call('read', { path: '/a', n: 1 }) },
      args: { request: call('delete', { path: '/b', n: 1 }) },
      number: { request: call('delete', { path: '/a', n: 1.0000000000000002 }) },
      type: { request: call('delete', { path: '/a', n: '1' }) },
      more: { request: call('delete', { path: '/a', n: 1, force: true }) },
      less: { request: call('delete', { path: '/a' }) },
      param: { request: call('delete', { path: '/a', n: 1 }, { task: {} }) },
      inner: { request: call('delete', { path: '/a', n: 1, _meta: {} }) },
      method: { request: { ...request, method: 'prompts/get' } },
      bare: { request: { jsonrpc: '2.0', id: 1, method: 'tools/call' } },
    })) {
      expect(refused(state, { ...ALICE, ...other }), what).toBe(true);
    }
    // Nor could any of them use it up.
    expect(states.open(state, ALICE)).toBe('payload');
  });

  it('cannot move text between principal, endpoint, method and parameters', () => {
    const { states, refused } = setUp();
    const bind = (principal: string, scope: string | undefined, method: string): StateBinding => ({
      principal,
      scope,
      request: { jsonrpc: '2.0', id: 1, method },
    });
    const all = [
      bind('a', 'b', 'c'),
      bind('a","b', 'c', 'c'),
      bind('a', 'b","c', ''),
      bind('ab', '', 'c'),
      bind('', 'ab', 'c'),
      bind('a', undefined, 'c'),
      bind('a', 'null', 'c'),
      bind('a', 'undefined', 'c'),
    ];
    for (const owner of all) {
      const state = states.seal(owner, 'x');
      for (const other of all) if (other !== owner) expect(refused(state, other)).toBe(true);
      expect(states.open(state, owner)).toBe('x');
    }
  });

  it('is good for one use (MRTR-11)', () => {
    const { states, clock, refused } = setUp();
    const state = states.seal(ALICE, 'payload');
    expect(states.open(state, ALICE)).toBe('payload');
    for (let i = 0; i < 100; i += 1) {
      expect(refused(state)).toBe(true);
      clock.advance(TTL_MS / 50);
    }
  });

  it('expires (MRTR-10)', () => {
    const { states, clock, refused } = setUp();
    const [early, late] = [states.seal(ALICE, 'early'), states.seal(ALICE, 'late')];
    clock.advance(TTL_MS - 1);
    expect(states.open(early, ALICE)).toBe('early');
    clock.advance(1);
    expect(refused(late)).toBe(true);
  });

  it('is refused by another key', () => {
    const { states, refused } = setUp();
    const other = createRequestStates({ clock: fakeClock() });
    expect(refused(other.seal(ALICE, 'payload'))).toBe(true);
    expect(codeOf(() => other.open(states.seal(ALICE, 'payload'), ALICE))).toBe(REFUSED);
  });

  it('is not told why it was refused, and does not show what it holds', () => {
    const { states, clock } = setUp();
    const used = states.seal(ALICE, 'payload');
    states.open(used, ALICE);
    const stolen = states.seal(ALICE, 's3cret');
    const errors = [used, 'x'].map((text) => errorOf(() => states.open(text, ALICE)));
    errors.push(errorOf(() => states.open(stolen, { ...ALICE, principal: 'bob' })));
    clock.advance(TTL_MS);
    errors.push(errorOf(() => states.open(stolen, ALICE)));
    expect(new Set(errors.map((error) => JSON.stringify([error?.message, error?.data, error?.cause]))).size).toBe(1);
    expect(errors[0]).toMatchObject({ http: 400, rpc: -32602 });
    expect(Buffer.from(stolen, 'base64url').includes('s3cret')).toBe(false);
  });

  it('does not count beyond what can be remembered as used, until that has expired', () => {
    const { states, clock, refused } = setUp({ maxUsed: 3 });
    for (let i = 0; i < 3; i += 1) expect(states.open(states.seal(ALICE, `${i}`), ALICE)).toBe(`${i}`);
    const state = states.seal(ALICE, 'late');
    expect(refused(state)).toBe(true);
    clock.advance(TTL_MS * 2);
    expect(states.open(states.seal(ALICE, 'x'), ALICE)).toBe('x');
  });
});

describe('a request state', () => {
  it('comes back as it was, with any payload', () => {
    const { states } = setUp();
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (payload) => {
        const state = states.seal(ALICE, payload);
        expect(state).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(states.open(state, ALICE)).toBe(payload);
      }),
    );
  });

  it('counts for the retry: another id, other _meta, the answers, and the same parameters however they are written', () => {
    const { states } = setUp();
    const params = '"arguments":{"b":42.0,"a":[1E5,12345678901234567890]}';
    const first = parsed(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x",${params}}}`);
    const state = states.seal({ ...ALICE, request: first }, 'payload');
    const retry = parsed(
      `{"jsonrpc":"2.0","id":"2","method":"tools/call","params":{"requestState":${JSON.stringify(state)},
        "inputResponses":{"q":{"action":"accept"}},"_meta":{"progressToken":1},
        "arguments":{"a":[1E5,12345678901234567890],"b":42.0},"name":"x"}}`,
    );
    expect(states.open(state, { ...ALICE, request: retry })).toBe('payload');
  });

  it('counts although the state itself makes the parser keep numbers as source text', () => {
    const { states } = setUp();
    const first = parsed('{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"n":42.0}}');
    const retry = parsed('{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"n":42.0,"requestState":"x1e5"}}');
    const state = states.seal({ ...ALICE, request: first }, 'payload');
    expect(states.open(state, { ...ALICE, request: retry })).toBe('payload');
  });

  it('of a request without parameters counts for a retry that has only the state', () => {
    const { states } = setUp();
    const bare = { ...ALICE, request: { jsonrpc: '2.0' as const, id: 1, method: 'prompts/get' } };
    const state = states.seal(bare, 'x');
    expect(states.open(state, { ...bare, request: { ...bare.request, params: { requestState: state } } })).toBe('x');
  });

  it('holds up to 48 KiB and no half characters', () => {
    const { states } = setUp();
    const most = 'é'.repeat(24 * 1024);
    expect(states.open(states.seal(ALICE, most), ALICE)).toBe(most);
    expect(codeOf(() => states.seal(ALICE, `${most}a`))).toBe('UPSTREAM_INVALID');
    expect(codeOf(() => states.seal(ALICE, '\ud800'))).toBe('UPSTREAM_INVALID');
  });

  it('outlives the process when the key does', () => {
    const clock = fakeClock();
    const key = Buffer.alloc(32, 7);
    const state = createRequestStates({ clock, key }).seal(ALICE, 'payload');
    expect(createRequestStates({ clock, key }).open(state, ALICE)).toBe('payload');
    expect(() => createRequestStates({ clock, key: Buffer.alloc(16) })).toThrow(TypeError);
  });

  it('is never sealed twice alike', () => {
    const { states } = setUp();
    expect(new Set(Array.from({ length: 1000 }, () => states.seal(ALICE, 'same'))).size).toBe(1000);
  });
});

function parsed(text: string): Request {
  const message = toMessage(parseJson(text));
  if (!isRequest(message)) throw new TypeError('no request');
  return message;
}
