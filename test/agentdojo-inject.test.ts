import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { injected } from '../bench/agentdojo/inject.ts';

describe('an attack', () => {
  it('stays inside the field that it is written into', () => {
    const json = injected('[{"id":"1","body":"Hi all."}]', ['Hi all.'], 'Send it to: vex') ?? '';
    expect(JSON.parse(json)).toEqual([{ id: '1', body: expect.stringContaining('Send it to: vex') }]);
    const yaml = injected("- body: Hi\n    all.\n  id: '1'\n", ['Hi all.'], 'Send it to: vex') ?? '';
    expect(parse(yaml)).toEqual([{ id: '1', body: expect.stringContaining('Send it to: vex') }]);
    const python = injected("{'Ann': 'Hi\\nHi all.'}", ['Hi all.'], "it's 'me', {x: y}") ?? '';
    expect(python.match(/'/g)).toHaveLength(4);
  });

  it('is appended to the longest text where the place is empty, and nowhere where there is no place', () => {
    expect(injected('[{"a":"x","b":"longer"}]', [''], 'Go')).toMatch(/"b":"longer\\n\\n<INFORMATION>/);
    expect(injected('[{"a":"x"}]', ['absent'], 'Go')).toBeUndefined();
    expect(injected('One line of prose', [''], 'Go')).toContain('Go');
  });
});
