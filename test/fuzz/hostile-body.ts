import * as fc from 'fast-check';

/** JSON text as no serializer would write it; rendered by hand, so that keys may stand twice. */
const numbers = fc.oneof(
  fc.integer().map(String),
  fc.constantFrom('-0', '1e400', '-1E-999', '0.1', '1.0', '1e2', '9007199254740993', '123456789012345678901234567890'),
  fc.stringMatching(/^-?[1-9][0-9]{15,40}$/),
);
const strings = fc.oneof(
  fc.constantFrom(
    '""',
    '"\\ud800"',
    '"\\u0000"',
    '"__proto__"',
    '"*"',
    '"../.."',
    '"\\u202e"',
    `"${'x'.repeat(3_000)}"`,
  ),
  fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
);
const KEYS = `jsonrpc id method params result error code message name arguments uri ref _meta progressToken cursor
  requestId inputResponses requestState notifications type __proto__ constructor toString then toJSON rawJSON length
  hasOwnProperty`.split(/\s+/);
const METHODS =
  `initialize ping tools/list tools/call prompts/get resources/read resources/subscribe completion/complete
  logging/setLevel server/discover subscriptions/listen tasks/get sampling/createMessage x/y notifications/cancelled
  notifications/progress notifications/initialized notifications/x *`.split(/\s+/);

const keys = fc
  .oneof(fc.constantFrom(...KEYS, 'io.modelcontextprotocol/protocolVersion'), fc.string({ maxLength: 5 }))
  .map((key) => JSON.stringify(key));

const { value: json } = fc.letrec<{ value: string; list: string; map: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.oneof(numbers, strings, fc.constantFrom('null', 'true', 'false')),
    tie('list'),
    tie('map'),
  ),
  list: fc.array(tie('value'), { maxLength: 4 }).map((items) => `[${items.join(',')}]`),
  map: pairs(tie('value')),
}));

function pairs(values: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .array(fc.tuple(keys, values), { maxLength: 5 })
    .map((all) => `{${all.map((one) => one.join(':')).join(',')}}`);
}

const methods = fc.oneof(fc.constantFrom(...METHODS, ''), fc.string()).map((method) => JSON.stringify(method));

const META = '{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}';
const params = fc.oneof(
  json,
  pairs(json),
  fc.constant('{}'),
  fc.constant(`{"name":"echo","arguments":{"token":"t"},"_meta":${META}}`),
  pairs(json).map((map) => (map === '{}' ? `{"_meta":${META}}` : `${map.slice(0, -1)},"_meta":${META}}`)),
  fc.tuple(strings, json).map(([name, args]) => `{"name":${name},"arguments":${args}}`),
  json.map((args) => `{"name":"echo","arguments":${args}}`),
  json.map((token) => `{"name":"echo","arguments":{"token":"t"},"_meta":{"progressToken":${token}}}`),
  json.map((ref) => `{"ref":{"type":"ref/prompt","name":${ref}},"argument":{}}`),
);
/** Mostly what is meant to be there, so that much gets far; sometimes anything. */
const mostly = (good: fc.Arbitrary<string>, odd: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.oneof({ weight: 9, arbitrary: good }, { weight: 1, arbitrary: odd });
const seldom = (arbitrary: fc.Arbitrary<string>): fc.Arbitrary<string | undefined> =>
  fc.oneof({ weight: 12, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
const usually = (arbitrary: fc.Arbitrary<string>): fc.Arbitrary<string | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq: 9 });
const ids = mostly(fc.oneof(fc.integer().map(String), strings), json);

/** The parts of a message, some missing, some twice, in any order. */
const message = fc
  .record({
    jsonrpc: usually(mostly(fc.constant('"2.0"'), json)),
    id: usually(ids),
    method: usually(methods),
    params: usually(params),
    result: seldom(json),
    error: seldom(json),
  })
  .chain((parts) => {
    const written = Object.entries(parts).flatMap(([key, text]) => (text === undefined ? [] : [`"${key}":${text}`]));
    const twice = fc.oneof({ weight: 5, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.subarray(written) });
    return fc.tuple(fc.shuffledSubarray(written, { minLength: written.length }), twice);
  })
  .map(([all, twice]) => `{${[...all, ...twice].join(',')}}`);

/** A call that is as it should be but for its arguments. */
const call = fc
  .tuple(ids, params)
  .map(([id, text]) => `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":${text}}`);

const deep = fc
  .tuple(fc.integer({ min: 90, max: 20_000 }), fc.constantFrom('[]', '{}'), fc.boolean())
  .map(([depth, kind, isClosed]) => {
    const [start, end] = kind === '[]' ? ['[', ']'] : ['{"a":', '}'];
    const nested = start.repeat(depth) + '1' + (isClosed ? end.repeat(depth) : '');
    return `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":{"deep":${nested}}}}`;
  });

const batch = fc.array(fc.oneof(message, call), { maxLength: 4 }).map((all) => `[${all.join(',')}]`);

/** Bytes cut off, put in, or turned round. */
const damaged = fc
  .tuple(fc.oneof(message, call), fc.nat(), fc.uint8Array({ maxLength: 4 }), fc.constantFrom('cut', 'put', 'replace'))
  .map(([text, place, bytes, how]) => {
    const body = Buffer.from(text);
    const at = place % (body.length + 1);
    if (how === 'cut') return body.subarray(0, at);
    return Buffer.concat([body.subarray(0, at), bytes, body.subarray(how === 'put' ? at : at + bytes.length)]);
  });

/** What an attacker may post: nearly right, not at all right, and everything between. */
export const hostileBody: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 6, arbitrary: message.map((text) => Buffer.from(text)) },
  { weight: 4, arbitrary: call.map((text) => Buffer.from(text)) },
  batch.map((text) => Buffer.from(text)),
  deep.map((text) => Buffer.from(text)),
  damaged,
  json.map((text) => Buffer.from(text)),
  fc
    .tuple(fc.constantFrom('\uFEFF', ' ', '\n\n', '\0', '//x\n'), message)
    .map(([before, text]) => Buffer.from(before + text)),
  fc.tuple(message, fc.constantFrom('{}', ' x', '\0', ',')).map(([text, after]) => Buffer.from(text + after)),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
);
