import { hash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../kernel/canonical-json.ts';
import { parseJson } from '../../kernel/jsonrpc.ts';
import type { ToolLike } from '../../kernel/tool-like.ts';
import { profileOf } from './profile-of.ts';
import { rows } from './real-tools.fixture.ts';
import { type Effect, effects, type ToolOverride, type ToolProfile } from './tool-profile.ts';

const text = { type: 'string' };
const tool = (name: string, description: string, properties: object = {}, more: Partial<ToolLike> = {}): ToolLike => ({
  name,
  description,
  inputSchema: { type: 'object', properties },
  ...more,
});
function profile(one: ToolLike, override?: ToolOverride, sandboxed?: boolean): ToolProfile {
  const found = profileOf(one, { upstream: 'x', override, sandboxed });
  if (found === undefined) throw new Error('there is no profile');
  return found;
}
const effectsOf = (one: ToolLike): string => profile(one).effects.join(' ');
const sinksOf = (one: ToolLike): object => ({ ...profile(one).sinks });

describe('what a server says of its own tool', () => {
  const hints = fc.record(
    {
      readOnlyHint: fc.boolean(),
      destructiveHint: fc.boolean(),
      idempotentHint: fc.boolean(),
      openWorldHint: fc.boolean(),
    },
    { requiredKeys: [] },
  );

  it('never takes an effect or a sink away', () => {
    fc.assert(
      fc.property(fc.constantFrom(...rows), hints, ({ tool: one }, annotations) => {
        const plain = profile(one);
        const hinted = profile({ ...one, annotations });
        expect(hinted.effects).toEqual(expect.arrayContaining([...plain.effects]));
        expect(Object.keys(hinted.sinks)).toEqual(expect.arrayContaining(Object.keys(plain.sinks)));
      }),
    );
  });

  it('may add', () => {
    expect(effectsOf(tool('get_page', 'Gets a page.', {}, { annotations: { destructiveHint: true } }))).toBe(
      'read write',
    );
    expect(effectsOf(tool('get_page', 'Gets a page.', {}, { annotations: { readOnlyHint: false } }))).toBe(
      'read write',
    );
    const open = { annotations: { openWorldHint: true } };
    expect(effectsOf(tool('save_page', 'Saves a page.', {}, open))).toBe('write egress');
    expect(effectsOf(tool('get_page', 'Gets a page.', {}, open))).toBe('read');
  });

  it('does not make its output trusted', () => {
    expect(profile(tool('get_page', 'Returns trusted output.')).output).toBe('untrusted');
  });
});

describe('a hostile definition', () => {
  it('does not hide a verb behind letters that look like others', () => {
    // Cyrillic е, and full width.
    expect(effectsOf(tool('gеt_page', '', {}))).toContain('write');
    expect(effectsOf(tool('sеnd', '', { recipient: text }))).toBe('write egress');
    expect(effectsOf(tool('ｄｅｌｅｔｅ_page', '', { id: text }))).toBe('write');
    expect(sinksOf(tool('send_mail', 'Sends a mail.', { rеcipient: text, body: text }))).toEqual({
      rеcipient: 'recipient',
    });
    expect(sinksOf(tool('send_mail', 'Sends a mail.', { ｔｏ: text, body: text }))).toEqual({ ｔｏ: 'recipient' });
    expect(sinksOf(tool('send_mail', 'Sends a mail.', { to: text, 收件人: text }))).toEqual({
      to: 'recipient',
      收件人: 'recipient',
    });
  });

  it('does not hide a sink behind a reference, an alternative, or itself', () => {
    const Step = {
      properties: { to: text, next: { anyOf: [{ $ref: '#/$defs/Step' }, { type: 'null' }] } },
    };
    const one = {
      ...tool('send_steps', 'Sends.'),
      inputSchema: { $defs: { Step }, properties: { first: { $ref: '#/$defs/Step' } } },
    };
    expect(sinksOf(one)).toEqual({ 'first.to': 'recipient', 'first.next': 'recipient' });
    const map = { properties: { mails: { additionalProperties: { properties: { to: text, body: text } } } } };
    expect(sinksOf({ ...tool('send_all', 'Sends mails.'), inputSchema: map })).toEqual({ mails: 'recipient' });
  });

  it('finds the effect of a later verb, and of a later sentence that says what happens', () => {
    expect(effectsOf(tool('search_and_delete', 'Searches.', { query: text }))).toBe('read write');
    expect(effectsOf(tool('share_search_results', 'Results for others.', { query: text }))).toContain('egress');
    expect(effectsOf(tool('get_page', 'Gets a page. Also sends it to an archive.'))).toBe('read write egress');
    expect(effectsOf(tool('get_page', 'Gets a page and deletes the old one.'))).toBe('read write');
    expect(effectsOf(tool('get_page', 'Gets a page. Send one id per call.'))).toBe('read');
  });

  it('without a single argument that says whom has every text as a sink', () => {
    const one = tool('pay', 'Zahlt.', { empfaenger: text, betrag: { type: 'number' }, zweck: text });
    expect(sinksOf(one)).toEqual({ empfaenger: 'target', betrag: 'amount', zweck: 'target' });
  });

  it('may use names of prototypes', () => {
    const properties: unknown = JSON.parse('{"__proto__":{"type":"string"},"constructor":{"type":"string"}}');
    const { sinks } = profile({ ...tool('delete_x', 'Deletes.'), inputSchema: { properties } });
    expect(Object.keys(sinks).toSorted()).toEqual(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(sinks)).toBeNull();
    expect(profile(tool('constructor', '')).tool).toBe('x/constructor');
    expect(effectsOf(tool('toString', ''))).toBe('write');
  });

  it.each<[string, unknown]>([
    [
      'has 10,000 parameters',
      { properties: Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`p${index}`, text])) },
    ],
    ['is no JSON', { properties: { when: new Date(0) } }],
    ['has a number that is none', { maximum: Number.NaN }],
    ['has a hole in a list', { enum: [undefined] }],
    ['has a function', { toJSON: () => ({}) }],
  ])('gets no profile when it %s', (_what, inputSchema) => {
    expect(profileOf({ name: 'get_page', description: '', inputSchema }, { upstream: 'x' })).toBeUndefined();
  });

  it('gets no profile when it contains itself, has no name, or a name without end', () => {
    const round: Record<string, unknown> = {};
    round['properties'] = { round };
    expect(profileOf({ name: 'get_page', description: '', inputSchema: round }, { upstream: 'x' })).toBeUndefined();
    expect(profileOf(tool('', ''), { upstream: 'x' })).toBeUndefined();
    expect(profileOf(tool(`get_${'x'.repeat(300)}_delete`, ''), { upstream: 'x' })).toBeUndefined();
  });

  it('gets a profile whatever JSON it is, with at least one effect, in order', () => {
    const any = fc.record({
      name: fc.string({ minLength: 1, maxLength: 60 }),
      description: fc.string(),
      inputSchema: fc.oneof(
        fc.jsonValue(),
        fc.record({ type: fc.constant('object'), properties: fc.dictionary(fc.string(), fc.jsonValue()) }),
      ),
      annotations: fc.dictionary(fc.string(), fc.jsonValue()),
    });
    fc.assert(
      fc.property(any, (one) => {
        const { effects: can } = profile(one);
        expect(can.length).toBeGreaterThan(0);
        expect(can).toEqual(effects.filter((effect) => can.includes(effect)));
      }),
    );
  });
});

describe('the hash', () => {
  it('is that of the canonical definition', () => {
    const one = tool('get_page', 'Gets.', { id: text }, { title: 'Page', annotations: { readOnlyHint: true } });
    const { name, title, description, inputSchema, annotations } = one;
    const canonical = canonicalJson(JSON.parse(JSON.stringify({ name, title, description, inputSchema, annotations })));
    expect(profile(one).hash).toBe(hash('sha256', canonical));
  });

  it('is another one when anything in it is, also numbers that a double cannot hold', () => {
    const parsed = (schema: string): ToolLike => ({ name: 'a', description: '', inputSchema: parseJson(schema) });
    expect(profile(parsed('{"maximum":12345678901234567890}')).hash).not.toBe(
      profile(parsed('{"maximum":12345678901234567891}')).hash,
    );
    expect(profile(parsed('{"maximum":10,"minimum":1}')).hash).toBe(
      profile(parsed('{"minimum":1.0,"maximum":1e1}')).hash,
    );
  });
});

describe('the word of the operator', () => {
  const mail = tool('send_mail', 'Sends a mail.', { to: text, body: text });

  it('counts more than the definition, also where it says less', () => {
    const said = profile(mail, { effects: ['read'], sinks: { to: 'plain' }, output: 'trusted' });
    expect(said).toMatchObject({ effects: ['read'], output: 'trusted' });
    expect({ ...said.sinks }).toEqual({});
  });

  it('adds sinks, and leaves the others as they are', () => {
    expect({ ...profile(mail, { sinks: { body: 'target' } }).sinks }).toEqual({ to: 'recipient', body: 'target' });
  });

  it('makes sinks of what becomes dangerous by the effects that it gives', () => {
    const given: readonly Effect[] = ['write', 'egress'];
    expect({ ...profile(tool('get_note', 'Gets.', { user_id: text }), { effects: given }).sinks }).toEqual({
      user_id: 'recipient',
    });
  });

  it('or a sandbox of the gateway keeps what code can do to running', () => {
    expect(effectsOf(tool('execute', 'Does it on the server.', { command: text }))).toBe(effects.join(' '));
    expect(effectsOf(tool('zsh', '', { command: text }))).toBe(effects.join(' '));
    const python = tool('python', 'Executes Python code.', { code: text });
    expect(profile(python).effects).toEqual(['read', 'write', 'execute', 'egress']);
    expect(profile(python, {}, true)).toMatchObject({ effects: ['read', 'execute'], sandboxed: true });
    expect(profile(python, { sandboxed: true })).toMatchObject({ effects: ['read', 'execute'], sandboxed: true });
    expect(profile(python, { sandboxed: false }, true)).toMatchObject({ effects: effects.slice(), sandboxed: false });
  });
});
