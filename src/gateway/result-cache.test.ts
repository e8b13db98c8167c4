import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FakeClock, fakeClock } from '../kernel/clock.ts';
import { isObject, type Json, type JsonObject, parseJson, type Request } from '../kernel/jsonrpc.ts';
import { type CacheKey, createResultCache, type ResultCache, type ResultCacheOptions } from './result-cache.ts';

const TTL_MS = 60_000;
const MINE: JsonObject = { tools: [{ name: 'mine' }], ttlMs: TTL_MS, cacheScope: 'private' };
const OURS: JsonObject = { tools: [{ name: 'ours' }], ttlMs: TTL_MS, cacheScope: 'public' };

function request(method: string, params?: JsonObject): Request {
  return params === undefined ? { jsonrpc: '2.0', id: 1, method } : { jsonrpc: '2.0', id: 1, method, params };
}
function key(change: Partial<CacheKey> = {}): CacheKey {
  return { upstream: 'files', principal: 'alice', credential: 'k1', request: request('tools/list'), ...change };
}
function asking(params: JsonObject, method = 'tools/list'): CacheKey {
  return key({ request: request(method, params) });
}
function reading(uri: string, upstream = 'files'): CacheKey {
  return key({ upstream, request: request('resources/read', { uri }) });
}
function setUp(options: Omit<ResultCacheOptions, 'clock'> = {}): { cache: ResultCache; clock: FakeClock } {
  const clock = fakeClock();
  return { cache: createResultCache({ clock, ...options }), clock };
}
/** True when a result put under `one` is found under `other`. */
function isShared(one: CacheKey, other: CacheKey, result = OURS): boolean {
  const { cache } = setUp();
  cache.put(one, result);
  return cache.get(other) !== undefined;
}

describe('a kept result', () => {
  it('that is private reaches no other principal and no other credential (CACHE-17)', () => {
    const { cache } = setUp();
    cache.put(key(), MINE);
    for (const other of [
      { principal: 'bob' },
      { credential: 'k2' },
      { principal: '', credential: 'alicek1' },
      { principal: 'alicek1', credential: '' },
      { principal: 'alice","k1', credential: '' },
    ]) {
      expect(cache.get(key(other)), JSON.stringify(other)).toBeUndefined();
    }
    expect(cache.get(key())).toEqual(MINE);
  });

  it('is private unless it says exactly that it is public', () => {
    for (const cacheScope of [undefined, null, 'Public', 'PUBLIC', ' public', 'shared', '', true, 1, ['public'], {}]) {
      const result: JsonObject = cacheScope === undefined ? { ttlMs: 1 } : { ttlMs: 1, cacheScope };
      expect(isShared(key(), key({ principal: 'bob' }), result), JSON.stringify(cacheScope)).toBe(false);
      expect(isShared(key(), key(), result)).toBe(true);
    }
  });

  it('that is public is for all callers of that upstream, and of no other', () => {
    expect(isShared(key(), key({ principal: 'bob', credential: 'k9' }))).toBe(true);
    expect(isShared(key(), key({ upstream: 'mail' }))).toBe(false);
  });

  it('takes each page at its own word (CACHE-21)', () => {
    const { cache } = setUp();
    const bob = (cursor: string): CacheKey => ({ ...asking({ cursor }), principal: 'bob' });
    cache.put(asking({ cursor: '1' }), MINE);
    cache.put(asking({ cursor: '2' }), OURS);
    expect([cache.get(bob('1')), cache.get(bob('2'))]).toEqual([undefined, OURS]);
  });

  it('gives way when the upstream changes its mind about whose it is', () => {
    const { cache } = setUp();
    cache.put(key(), OURS);
    cache.put(key(), MINE);
    expect([cache.get(key()), cache.get(key({ principal: 'bob' }))]).toEqual([MINE, undefined]);
    cache.put(key(), OURS);
    expect([cache.get(key()), cache.get(key({ principal: 'bob' }))]).toEqual([OURS, OURS]);
  });

  it('never stands for a request with answers or state, nor comes from one (CACHE-08)', () => {
    for (const more of [
      { inputResponses: {} },
      { requestState: 'x' },
      { inputResponses: null },
      { requestState: '' },
    ]) {
      const withInput = asking({ ...more });
      expect(isShared(withInput, withInput)).toBe(false);
      expect(isShared(withInput, key())).toBe(false);
      expect(isShared(key(), withInput)).toBe(false);
    }
  });

  it('is one that is complete', () => {
    for (const resultType of ['input_required', 'task', 'Complete', '', null, 5]) {
      expect(isShared(key(), key(), { ...OURS, resultType }), String(resultType)).toBe(false);
    }
    expect(isShared(key(), key(), { ...OURS, resultType: 'complete' })).toBe(true);
  });

  it('is one of a method that can be kept', () => {
    const methods = ['tools/list', 'prompts/list', 'resources/list', 'resources/templates/list', 'resources/read'];
    for (const method of methods) expect(isShared(asking({}, method), asking({}, method)), method).toBe(true);
    for (const method of [
      'tools/call',
      'prompts/get',
      'server/discover',
      'constructor',
      '__proto__',
      'TOOLS/LIST',
      '',
    ]) {
      expect(isShared(asking({}, method), asking({}, method)), method).toBe(false);
    }
    for (const one of methods)
      for (const other of methods) expect(isShared(asking({}, one), asking({}, other))).toBe(one === other);
  });

  it('answers the same question only (CACHE-07)', () => {
    const base = { uri: 'file:///a', _meta: { 'io.modelcontextprotocol/clientCapabilities': { elicitation: {} } } };
    for (const other of [
      { ...base, uri: 'file:///b' },
      { ...base, cursor: '1' },
      { ...base, uri: null },
      { uri: 'file:///a' },
      { ...base, _meta: {} },
      { ...base, _meta: { 'io.modelcontextprotocol/clientCapabilities': {} } },
      { ...base, _meta: { ...base._meta, 'com.example/tenant': 'b' } },
      { ...base, _meta: { ...base._meta, 'io.modelcontextprotocol/clientInfo': { name: 'b' } } },
      { ...base, _meta: { ...base._meta, 'io.modelcontextprotocol/protocolVersion': '2027-01-01' } },
      { ...base, _meta: 'x' },
      { ...base, progressToken: 1 },
      { ...base, traceparent: 'x' },
    ] as JsonObject[]) {
      expect(isShared(asking(base), asking(other)), JSON.stringify(other)).toBe(false);
    }
  });

  it('does not depend on what only concerns the way', () => {
    const meta = { progressToken: 1, traceparent: 'x' };
    expect(isShared(asking({ _meta: { ...meta, tracestate: 'y', baggage: 'z' } }), key())).toBe(true);
    expect(isShared(key({ request: { ...request('tools/list'), id: 'other' } }), key())).toBe(true);
  });

  it('is found however the parameters are ordered, and never by parameters of another meaning', () => {
    const params = (text: string): JsonObject => {
      const value = parseJson(text);
      return isObject(value) ? value : {};
    };
    const shared = (one: string, other: string): boolean => isShared(asking(params(one)), asking(params(other)));
    expect(shared('{"uri":"a","x":{"p":1,"q":[2.0]}}', '{"x":{"q":[2],"p":1},"uri":"a"}')).toBe(true);
    for (const [one, other] of [
      ['{"uri":"a","cursor":"b"}', '{"uri":"b","cursor":"a"}'],
      ['{"x":[1,2]}', '{"x":[2,1]}'],
      ['{"x":"1"}', '{"x":1}'],
      ['{"x":9007199254740993}', '{"x":9007199254740992}'],
      ['{"x":{"y":1},"z":2}', '{"x":{"y":1,"z":2}}'],
      ['{"x":null}', '{}'],
      ['{"__proto__":{"uri":"a"}}', '{"uri":"a"}'],
      ['{"__proto__":{"uri":"a"}}', '{}'],
      ['{"constructor":1}', '{}'],
      ['{"_meta":{"__proto__":{"x":1}}}', '{"_meta":{}}'],
    ] as const) {
      expect(shared(one, other), `${one} ${other}`).toBe(false);
    }
  });

  it('cannot be changed by who has it', () => {
    const { cache } = setUp();
    const tools = [{ name: 'a' }];
    cache.put(key(), { ...OURS, tools });
    tools.push({ name: 'b' });
    const [first, second] = [cache.get(key()), cache.get(key())];
    const theirs = first?.['tools'] as { name: string }[] | undefined;
    theirs?.push({ name: 'c' });
    expect(theirs).toHaveLength(2);
    expect(second?.['tools']).toEqual([{ name: 'a' }]);
    expect(cache.get(key())?.['tools']).toEqual([{ name: 'a' }]);
  });

  it('comes back as it was, numbers and prototype names included', () => {
    const { cache } = setUp();
    const text = '{"ttlMs":60000,"tools":[12345678901234567890,1e400],"__proto__":{"a":1},"constructor":2}';
    const result = parseJson(text);
    if (!isObject(result)) throw new TypeError('no object');
    cache.put(key(), result);
    expect(JSON.stringify(cache.get(key()))).toBe(text);
  });
});

describe('the time of a kept result', () => {
  it('runs from when it came, and what is left of it is told (CACHE-10, CACHE-14)', () => {
    const { cache, clock } = setUp();
    cache.put(key(), MINE);
    clock.advance(20_000);
    expect(cache.get(key())).toEqual({ ...MINE, ttlMs: 40_000 });
    clock.advance(39_999);
    expect(cache.get(key())?.['ttlMs']).toBe(1);
    clock.advance(1);
    expect(cache.get(key())).toBeUndefined();
  });

  it('must be given, and positive (CACHE-09, CACHE-11, CACHE-12)', () => {
    for (const ttlMs of [0, -1, -0, Number.NaN, Infinity, -Infinity, '60000', null, true, [1], {}, 0.5, undefined]) {
      expect(isShared(key(), key(), { tools: [], ttlMs: ttlMs as Json }), JSON.stringify(ttlMs)).toBe(false);
    }
    expect(isShared(key(), key(), parseJson('{"ttlMs":1e400}') as JsonObject)).toBe(false);
  });

  it('is bounded, whatever the upstream says', () => {
    const { cache, clock } = setUp({ maxTtlMs: 1000 });
    cache.put(key(), { ...OURS, ttlMs: Number.MAX_VALUE });
    expect(cache.get(key())?.['ttlMs']).toBe(1000);
    clock.advance(1000);
    expect(cache.get(key())).toBeUndefined();
  });

  it('is over when the clock is turned back', () => {
    let now = 1_000_000;
    const cache = createResultCache({ clock: { ...fakeClock(), now: () => now } });
    cache.put(key(), OURS);
    now -= 1;
    expect(cache.get(key())).toBeUndefined();
    now += 1;
    expect(cache.get(key())).toBeUndefined();
  });

  it('starts anew with a newer result', () => {
    const { cache, clock } = setUp();
    cache.put(key(), OURS);
    clock.advance(TTL_MS - 1);
    cache.put(key(), { ...OURS, tools: [] });
    clock.advance(TTL_MS - 1);
    expect(cache.get(key())).toEqual({ ...OURS, tools: [], ttlMs: 1 });
  });
});

describe('forgetting', () => {
  it('takes all answers to the method, private and public, whatever the page, and nothing else', () => {
    const { cache } = setUp();
    const gone = [key(), key({ principal: 'bob' }), asking({ cursor: '1' })];
    const kept = [key({ upstream: 'mail' }), asking({}, 'prompts/list'), reading('tools/list')];
    for (const one of gone) cache.put(one, MINE);
    for (const one of kept) cache.put(one, OURS);
    cache.forget('files', 'tools/list');
    expect(gone.map((one) => cache.get(one))).toEqual([undefined, undefined, undefined]);
    expect(kept.map((one) => cache.get(one))).toEqual([OURS, OURS, OURS]);
  });

  it('takes one resource, all of an upstream, or all of it', () => {
    const { cache } = setUp();
    const all = [reading('a'), reading('b'), reading('a', 'mail'), key()];
    const left = (): boolean[] => all.map((one) => cache.get(one) !== undefined);
    for (const one of all) cache.put(one, OURS);
    cache.forget('files', 'resources/read', 'a');
    expect(left()).toEqual([false, true, true, true]);
    cache.forget('files', 'resources/read');
    expect(left()).toEqual([false, false, true, true]);
    cache.forgetUpstream('files');
    expect(left()).toEqual([false, false, true, false]);
    for (const name of ['constructor', '__proto__', '']) cache.forget(name, name, name);
    expect(left()).toEqual([false, false, true, false]);
  });

  it('reaches an answer that was on its way', () => {
    for (const change of [
      (cache: ResultCache) => cache.forget('files', 'tools/list'),
      (cache: ResultCache) => cache.forgetUpstream('files'),
    ]) {
      const { cache } = setUp();
      const [stale, fresh] = [key({ request: request('tools/list') }), key({ request: request('tools/list') })];
      cache.get(stale);
      change(cache);
      cache.put(stale, OURS);
      expect(cache.get(fresh)).toBeUndefined();
      cache.put(fresh, OURS);
      expect(cache.get(fresh)).toEqual(OURS);
    }
  });

  it('does not touch an answer on its way that it does not concern', () => {
    const { cache } = setUp();
    const [tools, other] = [key({ request: request('tools/list') }), reading('a')];
    cache.get(tools);
    cache.get(other);
    cache.forget('mail', 'tools/list');
    cache.forget('files', 'prompts/list');
    cache.forget('files', 'whatever');
    cache.put(tools, OURS);
    cache.put(other, OURS);
    expect([cache.get(tools), cache.get(other)]).toEqual([OURS, OURS]);
  });
});

describe('the room for results', () => {
  const result = (fill: string): JsonObject => ({ ttlMs: TTL_MS, cacheScope: 'public', fill });
  const bytes = JSON.stringify(result('x'.repeat(100))).length;

  it('is bounded in bytes; the oldest give way', () => {
    const { cache } = setUp({ maxBytes: 3 * bytes });
    const kept = (): string =>
      ['a', 'b', 'c', 'd', 'e'].filter((uri) => cache.get(reading(uri)) !== undefined).join('');
    for (const uri of ['a', 'b', 'c']) cache.put(reading(uri), result('x'.repeat(100)));
    expect(kept()).toBe('abc');
    cache.put(reading('d'), result('x'.repeat(100)));
    expect(kept()).toBe('bcd');
    // Put again, `b` is the youngest.
    cache.put(reading('b'), result('x'.repeat(100)));
    cache.put(reading('e'), result('é'.repeat(50)));
    expect(kept()).toBe('bde');
  });

  it('is not given up for a result that is too large', () => {
    const { cache } = setUp({ maxBytes: bytes });
    cache.put(reading('a'), result('x'.repeat(100)));
    cache.put(reading('b'), result('x'.repeat(101)));
    cache.put(reading('c'), result('é'.repeat(51)));
    expect(['a', 'b', 'c'].map((uri) => cache.get(reading(uri)) !== undefined)).toEqual([true, false, false]);
  });

  it('is bounded in number', () => {
    const { cache } = setUp();
    for (let i = 0; i < 5000; i += 1) cache.put(reading(`${i}`), { ttlMs: TTL_MS });
    let kept = 0;
    for (let i = 0; i < 5000; i += 1) if (cache.get(reading(`${i}`)) !== undefined) kept += 1;
    expect(kept).toBe(4096);
    expect(cache.get(reading('4999'))).toBeDefined();
  });

  it('is free again after what expired or was forgotten', () => {
    const { cache, clock } = setUp({ maxBytes: bytes });
    for (let i = 0; i < 10; i += 1) {
      cache.put(reading('a'), result('x'.repeat(100)));
      if (i % 2 === 0) cache.forget('files', 'resources/read', 'a');
      else clock.advance(TTL_MS);
      expect(cache.get(reading('a'))).toBeUndefined();
      cache.put(reading('b'), result('x'.repeat(100)));
      expect(cache.get(reading('b'))).toBeDefined();
    }
  });
});

describe('the cache as a whole', () => {
  it('never gives a caller what neither they nor everybody may have', () => {
    const name = fc.constantFrom('a', 'b');
    const step = fc.record({
      upstream: name,
      principal: name,
      credential: name,
      uri: name,
      isPublic: fc.boolean(),
      what: fc.constantFrom('put', 'put', 'get', 'forget', 'wait'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { cache, clock } = setUp({ maxBytes: 600 });
        for (const { upstream, principal, credential, uri, isPublic, what } of steps) {
          const at: CacheKey = { upstream, principal, credential, request: request('resources/read', { uri }) };
          const cacheScope = isPublic ? 'public' : 'private';
          if (what === 'put') cache.put(at, { ttlMs: 1000, cacheScope, upstream, principal, credential, uri });
          if (what === 'forget') cache.forget(upstream, 'resources/read', uri);
          if (what === 'wait') clock.advance(400);
          const found = cache.get(at);
          if (found === undefined) continue;
          expect(found).toMatchObject({ upstream, uri });
          expect(found['ttlMs']).toBeGreaterThan(0);
          if (found['cacheScope'] === 'private') expect(found).toMatchObject({ principal, credential });
        }
      }),
    );
  });
});
