import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOf, errorOf } from '../../test/error-of.ts';
import { isObject, type JsonObject, parseJson, type Request } from '../kernel/jsonrpc.ts';
import {
  checkMirrored,
  checkParamHeaders,
  mirroredHeaders,
  type ParamHeader,
  readMirrored,
} from './mirrored-headers.ts';

const VERSION = '2026-07-28';
const REGION: ParamHeader = { header: 'Region', path: ['region'], type: 'string' };
const COUNT: ParamHeader = { header: 'Count', path: ['count'], type: 'integer' };
const DRY: ParamHeader = { header: 'Dry', path: ['dry'], type: 'boolean' };

function request(method: string, params?: JsonObject): Request {
  return params === undefined ? { jsonrpc: '2.0', id: 1, method } : { jsonrpc: '2.0', id: 1, method, params };
}
function call(args: JsonObject, name = 'echo'): Request {
  return request('tools/call', { name, arguments: args });
}
/** Parses as the gateway does, so that numbers are kept as they would be there. */
function argsOf(text: string): JsonObject {
  const value = parseJson(text);
  if (!isObject(value)) throw new TypeError('no object');
  return value;
}
function checked(rawHeaders: readonly string[], message: Request): string {
  return codeOf(() => checkMirrored(readMirrored(rawHeaders), VERSION, message));
}
function checkedParams(
  rawHeaders: readonly string[],
  args: JsonObject | undefined,
  ...declared: ParamHeader[]
): string {
  return codeOf(() => checkParamHeaders(readMirrored(rawHeaders), declared, args));
}
/** An integer argument as its source text against a header. */
function checkedCount(header: string, json: string): string {
  return checkedParams(['mcp-param-count', header], argsOf(`{"count":${json}}`), COUNT);
}

describe('reading the mirrored headers', () => {
  it('refuses one that stands twice, since somebody else may have read the other one', () => {
    for (const name of ['MCP-Protocol-Version', 'Mcp-Method', 'Mcp-Name', 'Mcp-Param-Region']) {
      expect(
        codeOf(() => readMirrored([name, 'a', 'accept', '*/*', name, 'a'])),
        name,
      ).toBe('HEADER_MISMATCH');
      expect(
        codeOf(() => readMirrored([name, '', name.toUpperCase(), 'b'])),
        name,
      ).toBe('HEADER_MISMATCH');
    }
  });

  it('reads names whatever their case and leaves all others alone (HTTP-64)', () => {
    const headers = [
      'Host',
      'x',
      'MCP-METHOD',
      'ping',
      'mcp-name',
      ' a ',
      'Mcp-Param-A',
      '\t1',
      'mcp-protocol-version',
      VERSION,
    ];
    expect(readMirrored([...headers, 'Mcp-Session-Id', 's', 'mcp', '', 'm', 'x', 'mcp-param-b', ''])).toEqual({
      version: VERSION,
      method: 'ping',
      name: 'a',
      params: ['Mcp-Param-A', '1', 'mcp-param-b', ''],
    });
  });

  it('finds nothing where there is nothing', () => {
    const none = { version: undefined, method: undefined, name: undefined, params: [] };
    expect(readMirrored([])).toEqual(none);
    expect(readMirrored(['accept', '*/*', 'content-type', 'application/json'])).toEqual(none);
    expect(readMirrored([]).params).toBe(readMirrored(['a', 'b']).params);
  });
});

describe('checking the standard headers', () => {
  const base = ['MCP-Protocol-Version', VERSION, 'Mcp-Method', 'tools/call'];

  it('refuses another name than the one that will be called (HTTP-65)', () => {
    for (const name of [
      'delete_all',
      'ECHO',
      'echo2',
      '',
      '=?base64?ZGVsZXRl?=',
      '=?base64?ZWNobw?=',
      '=?base64?=',
      'ech\u00f6',
    ]) {
      expect(checked([...base, 'Mcp-Name', name], call({})), name).toBe('HEADER_MISMATCH');
    }
    expect(checked(base, call({}))).toBe('HEADER_MISMATCH');
  });

  it('refuses another method or version, or none (HTTP-22, HTTP-24)', () => {
    const name = ['Mcp-Name', 'echo'];
    for (const headers of [
      ['Mcp-Method', 'tools/call'],
      ['MCP-Protocol-Version', VERSION],
      ['MCP-Protocol-Version', '2025-11-25', 'Mcp-Method', 'tools/call'],
      ['MCP-Protocol-Version', VERSION, 'Mcp-Method', 'tools/list'],
      ['MCP-Protocol-Version', VERSION, 'Mcp-Method', 'TOOLS/CALL'],
      ['MCP-Protocol-Version', VERSION, 'Mcp-Method', '=?base64?dG9vbHMvY2FsbA==?='],
    ]) {
      expect(checked([...headers, ...name], call({})), headers.join()).toBe('HEADER_MISMATCH');
    }
  });

  it('says which header is wrong and nothing of what it holds', () => {
    const error = errorOf(() =>
      checkMirrored(readMirrored([...base, 'Mcp-Name', 's3cret']), VERSION, call({}, 's3cret2')),
    );
    expect(error).toMatchObject({ http: 400, rpc: -32020, data: { header: 'Mcp-Name' } });
    expect(error?.message).not.toContain('s3cret');
  });

  it('lets pass what says the same, plain or encoded (HTTP-48)', () => {
    expect(checked([...base, 'Mcp-Name', 'echo'], call({}))).toBe('none');
    expect(checked([...base, 'Mcp-Name', '  echo  '], call({}))).toBe('none');
    expect(checked([...base, 'Mcp-Name', '=?base64?ZWNobw==?='], call({}))).toBe('none');
  });

  it('knows where each method has its name (TASK-37)', () => {
    for (const [method, field] of [
      ['tools/call', 'name'],
      ['prompts/get', 'name'],
      ['resources/read', 'uri'],
      ['tasks/get', 'taskId'],
      ['tasks/update', 'taskId'],
      ['tasks/cancel', 'taskId'],
    ] as const) {
      const headers = ['MCP-Protocol-Version', VERSION, 'Mcp-Method', method];
      const message = request(method, { name: 'x', uri: 'x', taskId: 'x', [field]: 'right' });
      expect(checked([...headers, 'Mcp-Name', 'right'], message), method).toBe('none');
      expect(checked([...headers, 'Mcp-Name', 'x'], message), method).toBe('HEADER_MISMATCH');
      expect(checked(headers, message), method).toBe('HEADER_MISMATCH');
    }
  });

  it('expects no name where the body has none, and accepts none there', () => {
    const headers = (method: string): string[] => ['MCP-Protocol-Version', VERSION, 'Mcp-Method', method];
    for (const params of [undefined, {}, { name: 5 }, { name: null }]) {
      expect(checked(headers('tools/call'), request('tools/call', params))).toBe('none');
      expect(checked([...headers('tools/call'), 'Mcp-Name', '5'], request('tools/call', params))).toBe(
        'HEADER_MISMATCH',
      );
    }
    for (const method of ['tools/list', 'constructor', '__proto__', 'toString']) {
      expect(checked(headers(method), request(method, { name: 'a' }))).toBe('none');
      expect(checked([...headers(method), 'Mcp-Name', 'whatever'], request(method))).toBe('none');
    }
  });
});

describe('checking the parameter headers', () => {
  it('refuses another value than the one that will be used (HTTP-58)', () => {
    for (const value of ['eu', 'US', '', 'us ,us', '=?base64?ZXU=?=', '=?base64?dXM?=', 'us\u00e9']) {
      expect(checkedParams(['Mcp-Param-Region', value], { region: 'us' }, REGION), value).toBe('HEADER_MISMATCH');
    }
  });

  it('refuses a value of the body without its header (HTTP-63)', () => {
    expect(checkedParams([], { region: 'us' }, REGION)).toBe('HEADER_MISMATCH');
    expect(checkedParams(['Mcp-Param-Count', '1'], { region: '' }, REGION)).toBe('HEADER_MISMATCH');
    expect(checkedParams([], { dry: false }, DRY)).toBe('HEADER_MISMATCH');
    expect(checkedParams([], { count: 0 }, COUNT)).toBe('HEADER_MISMATCH');
    expect(checkedParams([], { region: '\ud800' }, REGION)).toBe('HEADER_MISMATCH');
  });

  it('refuses a header without a value in the body, and expects none (HTTP-61, HTTP-62)', () => {
    for (const args of [undefined, {}, { region: null }, { region: { a: 1 } }, { region: ['us'] }]) {
      expect(checkedParams([], args, REGION)).toBe('none');
      for (const value of ['', 'us', 'null', 'undefined', '[object Object]']) {
        expect(checkedParams(['Mcp-Param-Region', value], args, REGION), value).toBe('HEADER_MISMATCH');
      }
    }
  });

  it('takes own properties only', () => {
    const path = (...keys: string[]): ParamHeader => ({ header: 'Region', path: keys, type: 'string' });
    for (const declared of [
      path('constructor', 'name'),
      path('__proto__'),
      path('toString'),
      path('region', 'length'),
    ]) {
      expect(checkedParams([], { region: 'us' }, declared)).toBe('none');
      expect(checkedParams(['mcp-param-region', 'Object'], { region: 'us' }, declared)).toBe('HEADER_MISMATCH');
    }
    const inherited = Object.create({ region: 'us' }) as JsonObject;
    expect(checkedParams([], inherited, REGION)).toBe('none');
    const args = argsOf('{"__proto__":{"constructor":"us"}}');
    expect(checkedParams(['mcp-param-region', 'us'], args, path('__proto__', 'constructor'))).toBe('none');
    expect(checkedParams([], args, path('__proto__', 'constructor'))).toBe('HEADER_MISMATCH');
  });

  it('lets pass what says the same', () => {
    const headers = ['MCP-PARAM-REGION', '=?base64?IHVzIA==?=', 'mcp-param-count', '-7', 'Mcp-Param-Dry', 'false'];
    expect(checkedParams(headers, { region: ' us ', count: -7, dry: false }, REGION, COUNT, DRY)).toBe('none');
    const deep: ParamHeader = { header: 'Region', path: ['a', 'b'], type: 'string' };
    expect(checkedParams(['mcp-param-region', 'us'], { a: { b: 'us' } }, deep)).toBe('none');
    expect(checkedParams(['mcp-param-region', '=?base64?SGVsbG8='], { region: '=?base64?SGVsbG8=' }, REGION)).toBe(
      'none',
    );
  });

  it('has one plain and one encoded form for each value, and no third', () => {
    const values = fc.string({ unit: 'grapheme' }).chain((region) => {
      const encoded = `=?base64?${Buffer.from(region).toString('base64')}?=`;
      const change = fc.constantFrom(
        region,
        encoded,
        encoded.toLowerCase(),
        encoded.replace('=?=', '?='),
        `${encoded} x`,
      );
      return fc.tuple(fc.constant(region), fc.constant(encoded), fc.oneof(change, fc.string()));
    });
    fc.assert(
      fc.property(values, ([region, encoded, header]) => {
        if (checkedParams(['Mcp-Param-Region', header], { region }, REGION) !== 'none') return;
        expect([region, encoded]).toContain(header.replace(/^[\t ]+|[\t ]+$/g, ''));
      }),
    );
  });

  it('ignores what no tool declares (HTTP-56)', () => {
    expect(checkedParams(['Mcp-Param-Other', 'caf\u00e9'], { other: 'x' }, REGION)).toBe('none');
    expect(checkedParams(['Mcp-Param-Other', 'x'], { other: 'y' })).toBe('none');
  });

  it('compares integers as numbers (HTTP-66), to the last digit', () => {
    for (const [header, json] of [
      ['42', '42'],
      ['42.0', '42'],
      ['42', '42.0'],
      ['42.00', '42'],
      ['42', '4.2e1'],
      ['0', '-0'],
      ['-0.0', '0'],
      ['100', '1e2'],
      ['9007199254740991', '9007199254740991'],
      ['-9007199254740991.0', '-9007199254740991'],
      ['1.5', '1.5'],
      ['1.50', '1.5'],
    ] as const) {
      expect(checkedCount(header, json), `${header} ${json}`).toBe('none');
      // The same with a number beside it for which the parser keeps source texts.
      expect(checkedParams(['mcp-param-count', header], argsOf(`{"count":${json},"big":1e400}`), COUNT)).toBe('none');
    }
    for (const [header, json] of [
      ['43', '42'],
      ['042', '42'],
      ['+42', '42'],
      ['0x2a', '42'],
      ['42.', '42'],
      ['4.2e1', '42'],
      ['42,0', '42'],
      ['', '0'],
      ['-42', '42'],
      ['42.00000000000000000001', '42'],
      ['0.1000000000000000055', '0.1'],
      ['Infinity', '1e400'],
      ['NaN', '42'],
      ['true', '1'],
      ['42.0', '"42"'],
    ] as const) {
      expect(checkedCount(header, json), `${header} ${json}`).toBe('HEADER_MISMATCH');
    }
  });

  it('has no header for an integer that not all can read (HTTP-37)', () => {
    for (const json of [
      '9007199254740992',
      '-9007199254740992',
      '12345678901234567890',
      '1e21',
      '1e400',
      '42.00000000000000001',
    ]) {
      expect(checkedCount(json, json), json).toBe('HEADER_MISMATCH');
      expect(checkedParams([], argsOf(`{"count":${json}}`), COUNT), json).toBe('none');
    }
  });
});

describe('the headers of an outgoing request', () => {
  it('hold no line break of anybody else', () => {
    expect(codeOf(() => mirroredHeaders(VERSION, request('a\r\nx: y')))).toBe('METHOD_UNKNOWN');
    expect(codeOf(() => mirroredHeaders(VERSION, request('=?base64?QQ==?=')))).toBe('METHOD_UNKNOWN');
    const forwarded = [
      'Mcp-Param-A',
      'a\r\nx: y',
      'mcp-param-b\r\nx',
      'b',
      'Mcp-Param-',
      'c',
      'authorization',
      'd',
      'mcp-name',
      'e',
    ];
    expect(mirroredHeaders(VERSION, request('tools/list'), [], forwarded)).toEqual([
      'mcp-protocol-version',
      VERSION,
      'mcp-method',
      'tools/list',
    ]);
    expect(mirroredHeaders(VERSION, call({ region: 'a\r\nx: y' }, 'b\nz: 1'), [REGION]).join()).not.toMatch(/[\r\n]/);
  });

  it('repeat method, name and declared parameters, then what is forwarded', () => {
    const args = { region: 'Zürich', count: 42, dry: true };
    const forwarded = ['Mcp-Param-Other', 'x', 'MCP-PARAM-REGION', 'smuggled', 'Mcp-Param-Old', 'caf\u00e9'];
    expect(mirroredHeaders(VERSION, call(args), [REGION, COUNT, DRY], forwarded)).toEqual([
      'mcp-protocol-version',
      VERSION,
      'mcp-method',
      'tools/call',
      'mcp-name',
      'echo',
      'mcp-param-region',
      '=?base64?WsO8cmljaA==?=',
      'mcp-param-count',
      '42',
      'mcp-param-dry',
      'true',
      'mcp-param-other',
      'x',
      'mcp-param-old',
      'caf\u00e9',
    ]);
    expect(mirroredHeaders(VERSION, { jsonrpc: '2.0', method: 'notifications/cancelled' })).toHaveLength(4);
    expect(mirroredHeaders(VERSION, request('resources/read', { uri: 'file:///é' }))[5]).toBe(
      '=?base64?ZmlsZTovLy/DqQ==?=',
    );
  });

  it('leave out what is not there or cannot be mirrored, even when the client sent it', () => {
    for (const json of [
      '{}',
      '{"count":null}',
      '{"count":1e400}',
      '{"count":9007199254740993}',
      '{"count":[1]}',
      '{"count":{}}',
    ]) {
      expect(mirroredHeaders(VERSION, call(argsOf(json)), [COUNT], ['mcp-param-count', '1']), json).toHaveLength(6);
    }
    expect(mirroredHeaders(VERSION, call({ region: '\udc00' }, '\ud800'), [REGION])).toHaveLength(4);
    const proto: ParamHeader = { header: 'P', path: ['constructor', 'name'], type: 'string' };
    expect(mirroredHeaders(VERSION, call({}), [proto])).toHaveLength(6);
    expect(mirroredHeaders(VERSION, request('tools/call'), [REGION])).toHaveLength(4);
  });

  it('always pass the check at the other end', () => {
    const primitive = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.integer(),
      fc.boolean(),
      fc.double(),
      fc.constant(null),
      fc.maxSafeInteger(),
    );
    const values = fc.record({
      name: fc.string({ unit: 'grapheme' }),
      region: primitive,
      count: primitive,
      dry: primitive,
    });
    fc.assert(
      fc.property(values, fc.boolean(), ({ name, ...args }, isRisky) => {
        // Over the wire and back, as the upstream will read it.
        const body = JSON.stringify({ name, arguments: { ...args, ...(isRisky ? { big: JSON.parse('1e30') } : {}) } });
        const message = request('tools/call', argsOf(body));
        const declared = [REGION, COUNT, DRY];
        const headers = readMirrored(mirroredHeaders(VERSION, message, declared));
        const sent = message.params?.['arguments'] as JsonObject;
        expect(codeOf(() => checkMirrored(headers, VERSION, message))).toBe('none');
        expect(codeOf(() => checkParamHeaders(headers, declared, sent))).toBe('none');
      }),
    );
  });
});
