import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runPolicyAnalyze } from './run-policy-analyze.ts';
import { runPolicyDiff } from './run-policy-diff.ts';

let folder: string;
let lines: string[];
const print = (line: string): void => void lines.push(line);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'merlon-policy-'));
  lines = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const list = (uses: number, more = '') =>
  `- tool: mail/send\n  args: { to: { email_domain: [example.com] } }\n  uses: ${uses}\n${more}`;
const config = (pinned: boolean) => `
permissions:
  tasks:
    types:
      - { name: mailing, roles: [user], pinned: ${pinned}, grants: [{ tool: mail/send }] }
mcpServers:
  mail: { command: mail-server, env: { TOKEN: '\${env:MAIL_TOKEN}' } }
`;
const diff = (before: string, after: string) => runPolicyDiff(before, after, { format: 'json' }, print);
const said = () => JSON.parse(lines.at(-1) ?? '');

describe('merlon policy diff', () => {
  it('proves that a list gives no more', async () => {
    expect(await diff(file('a.yaml', list(3)), file('b.yaml', list(2)))).toBe(0);
    expect(said()).toMatchObject({ narrower: true });
  });

  it('shows a call where a list gives more', async () => {
    expect(await diff(file('a.yaml', list(3)), file('b.yaml', list(5)))).toBe(1);
    expect(said().results[0].counterexample).toMatchObject({
      call: { tool: 'mail/send' },
      earlier: { count: 3, calls: [{ tool: 'mail/send' }] },
    });
    expect(await runPolicyDiff(join(folder, 'a.yaml'), join(folder, 'b.yaml'), { format: 'text' }, print)).toBe(1);
  });

  it('never takes an added rule for everything for a narrowing', async () => {
    expect(await diff(file('a.yaml', list(3)), file('b.yaml', list(3, "- tool: '*'\n")))).toBe(1);
  });

  it('says that it does not know', async () => {
    const like = (pattern: string) => `- tool: mail/send\n  args: { to: { pattern: '${pattern}' } }\n`;
    expect(await diff(file('a.yaml', like('[a-z]{40}[0-9]{7}')), file('b.yaml', like('[a-y]{40}[0-9]{7}')))).toBe(3);
  });

  it('compares configurations by task type, and follows no reference in them', async () => {
    const [loose, strict] = [file('loose.yaml', config(false)), file('strict.yaml', config(true))];
    expect(await diff(loose, strict)).toBe(0);
    expect(await diff(strict, loose)).toBe(1);
    expect(said().results).toEqual([{ subject: 'mailing', narrower: false, because: expect.any(String) }]);
  });

  it('compares the grants of a running task, as the API shows them', async () => {
    const grants = (max: number) =>
      JSON.stringify([
        { id: 'g', tool: 'a/b', effects: ['write'], args: { n: { max } }, other_args: 'none', expires_at: 5 },
      ]);
    expect(await diff(file('a.json', grants(2)), file('b.json', grants(1)))).toBe(0);
    expect(await diff(file('a.json', grants(1)), file('b.json', grants(2)))).toBe(1);
    await expect(diff(file('a.json', grants(1)), file('b.yaml', list(1)))).rejects.toMatchObject({ code: 'USAGE' });
    await expect(
      diff(file('a.json', '[{"id":"g","tool":"a/b","effects":[],"x":1}]'), join(folder, 'b.yaml')),
    ).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    });
  });

  it('says where a list is wrong', async () => {
    const wrong = file('wrong.yaml', '- tool: mail/send\n  uzes: 3\n');
    await expect(diff(wrong, wrong)).rejects.toMatchObject({
      code: 'CONFIG_UNKNOWN_KEY',
      problems: [{ place: { file: wrong, line: 2, column: 3 } }],
    });
    await expect(diff(join(folder, 'none.yaml'), wrong)).rejects.toMatchObject({ code: 'CONFIG_NOT_FOUND' });
  });
});

const lock = JSON.stringify({
  version: 1,
  tools: [
    { tool: 'mail/send', hash: '0'.repeat(64), effects: ['egress'], sinks: { to: 'recipient' }, output: 'trusted' },
    { tool: 'mail/read', hash: '1'.repeat(64), effects: ['read'], sinks: {}, output: 'untrusted' },
  ],
});
const entry = (fields: object) => `${JSON.stringify({ time: '2026-11-01T10:00:00Z', ...fields })}\n`;
const audit = [
  entry({
    seq: 1,
    kind: 'intent',
    method: 'tools/call',
    upstream: 'mail',
    name: 'read',
    args: '{}',
    caller: { role: 'user', principal: 'somebody' },
    task: { id: 't', type: 'mailing' },
  }),
  entry({ seq: 2, kind: 'outcome', intent: 1, status: 'ok' }),
].join('');

describe('merlon policy analyze', () => {
  const options = () => ({ format: 'json' as const, lock: file('merlon.lock', lock), from: file('audit.log', audit) });

  it('holds a list against what the tools can do and what was called', async () => {
    const grants = file('a.yaml', "- tool: 'mail/*'\n");
    expect(await runPolicyAnalyze(grants, options(), print)).toBe(0);
    const [found] = said().analyses;
    expect(found.paths).toEqual([{ reads: 'mail/read', sends: 'mail/send', path: 'to', steered: true }]);
    expect(found.unused).toEqual([{ grant: '1 mail/send', tool: 'mail/send', effects: ['egress'] }]);
  });

  it('holds each type of a configuration against its own calls', async () => {
    expect(await runPolicyAnalyze(file('a.yaml', config(false)), options(), print)).toBe(0);
    const [found] = said().analyses;
    expect(found).toMatchObject({ subject: 'mailing', paths: [] });
    expect(found.unused).toHaveLength(1);
  });

  it('prints lines for people, without control characters of tool names', async () => {
    const hostile = lock.replaceAll('mail/send', 'mail/se\\u001b[2Jnd');
    const given = { ...options(), lock: file('hostile.lock', hostile), format: 'text' as const };
    expect(await runPolicyAnalyze(file('a.yaml', "- tool: 'mail/*'\n"), given, print)).toBe(0);
    expect(lines.length).toBeGreaterThan(3);
    // eslint-disable-next-line no-control-regex -- control characters are what it looks for
    expect(lines.join('')).not.toMatch(/[\u0000-\u001f]/);
  });

  it('refuses what is no lockfile', async () => {
    const given = { format: 'json' as const, lock: file('no.lock', '{}') };
    await expect(runPolicyAnalyze(file('a.yaml', '- tool: a/b\n'), given, print)).rejects.toMatchObject({
      code: 'LOCK_UNUSABLE',
    });
  });
});
