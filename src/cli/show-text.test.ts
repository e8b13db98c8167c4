import { describe, expect, it } from 'vitest';
import { showable } from '../detect/showable.ts';
import { sideOf } from './show-text.ts';

const options = { label: 'f', format: 'jsonc', root: ['mcpServers'], ours: ['merlon'], known: ['/opt/node'] } as const;

function shown(text: string, more: Partial<Parameters<typeof sideOf>[1]> = {}): string {
  return sideOf(text, { ...options, ...more }).shown.join('\n');
}

const TOKEN = `ghp_${'a1'.repeat(18)}`;

describe('what is shown of a file', () => {
  it.each([
    ['variables', '{"mcpServers":{"a":{"env":{"X":"5ecret","N":5315}}}}'],
    ['headers', '{"mcpServers":{"a":{"headers":{"X-Plain":"5ecret"}}}}'],
    ['variables elsewhere in the file', '{"terminal":{"env":{"X":"5ecret"}}}'],
    ['what stands under a telling key', '{"apiKey":"5ecret","nested":{"password":"5ecret","pin":5315}}'],
    ['what follows a telling option', '{"mcpServers":{"a":{"args":["--api-key","5ecret"]}}}'],
    ['what a telling option is set to', '{"mcpServers":{"a":{"args":["--token=5ecret","Authorization: 5ecret"]}}}'],
    ['addresses that carry something', '{"mcpServers":{"a":{"url":"https://a.example/?key=5ecret"}}}'],
    ['addresses with a user', '{"mcpServers":{"a":{"args":["postgres://u:5ecret@db/x"]}}}'],
    ['a server that only has a name of ours', '{"other":{"merlon":{"env":{"X":"5ecret"}}}}'],
    ['comments that hold a known kind of secret', `{ // old: ${TOKEN}\n}`.replaceAll('a1', '5ecret53')],
  ])('hides %s', (_what, text) => {
    expect(shown(text)).not.toMatch(/5ecret|5315/);
  });

  it('hides them in TOML and YAML, over several lines', () => {
    const toml = '[mcpServers.a.env]\nX = """\n5ecret\n5ecret"""\n[mcpServers.b]\nenv = { Y = "5ecret" }\n';
    expect(shown(toml, { format: 'toml' })).toBe(
      '[mcpServers.a.env]\nX = "•••"\n"•••"\n"•••"\n[mcpServers.b]\nenv = { Y = "•••" }',
    );
    const yaml = 'mcpServers:\n  - name: a\n    env:\n      X: |\n        5ecret\n        5ecret\n      Y: 5ecret\n';
    const lines = shown(yaml, { format: 'yaml' });
    expect(lines).not.toContain('5ecret');
    expect(lines.split('\n')).toHaveLength(7);
  });

  it('hides a key of ours, and shows how it is referred to', () => {
    const entry = (value: string) => `{"mcpServers":{"merlon":{"headers":{"Authorization":"Bearer ${value}"}}}}`;
    expect(shown(entry('${env:MERLON_API_KEY}'))).toContain('${env:MERLON_API_KEY}');
    expect(shown(entry('merlon_kydr5wod_48qqABCDEFGHIJ'))).not.toContain('48qq');
    expect(shown(entry('plain'))).not.toContain('plain');
  });

  it('shows programs, arguments and settings', () => {
    const text = '{"theme":"dark","mcpServers":{"a":{"command":"npx","args":["-y","@scope/server-x"]}}}\n';
    expect(shown(text)).toBe(text.trim());
    expect(shown('{"mcpServers":{"a":{"env":{"X":"/opt/node"}}}}')).not.toContain('/opt/node');
    expect(shown('{"mcpServers":{"a":{"command":"/opt/node"}}}')).toContain('/opt/node');
  });

  it('has a line for each line, and tells a missing line end', () => {
    expect(sideOf('{\r\n}\r\n', options)).toMatchObject({ lines: ['{', '}'], shown: ['{', '}'] });
    expect(sideOf('{}', options).lines).toEqual(['{} (no line end)']);
    expect(sideOf('', options).lines).toEqual([]);
  });

  it('holds nothing that a terminal would obey', () => {
    expect(showable('a\u001b[2Jb\u202Ec\td\u0007')).toBe('a\\u001b[2Jb\\u202ec\td\\u0007');
  });
});
