import { describe, expect, it } from 'vitest';
import { toolOverrideSettings } from './settings.ts';

describe('what an operator may say of tools', () => {
  it('is nothing by default, and trusts no output', () => {
    expect(toolOverrideSettings.parse(undefined)).toEqual({});
    expect(toolOverrideSettings.parse({ one: {} })).toEqual({ one: { output: 'untrusted' } });
  });

  it('is effects, sinks, output and sandbox', () => {
    const said = {
      effects: ['read', 'egress'],
      sinks: { 'attachments[].file_id': 'target', body: 'plain' },
      output: 'trusted',
      sandboxed: true,
    };
    expect(toolOverrideSettings.parse({ one: said })).toEqual({ one: said });
  });

  it.each<[string, unknown]>([
    ['an unknown effect', { one: { effects: ['fly'] } }],
    ['no effect at all', { one: { effects: [] } }],
    ['an unknown kind of sink', { one: { sinks: { a: 'b' } } }],
    ['an unknown key', { one: { trusted: true } }],
    ['a tool without a name', { '': {} }],
    ['a path without a name', { one: { sinks: { '': 'url' } } }],
  ])('is not %s', (_what, value) => {
    expect(toolOverrideSettings.safeParse(value).success).toBe(false);
  });
});
