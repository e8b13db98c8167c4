import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checks } from '../scanner/checks/index.ts';
import { listFacts, listRules, testRules } from './run-rules.ts';

let folder: string;
let lines: string[];
const print = (line: string): void => void lines.push(line);
beforeEach(() => {
  lines = [];
  folder = mkdtempSync(join(tmpdir(), 'merlon-rules-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const put = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

const rule = `rules:
  - id: own-rule
    control: C14
    part: tools
    severity: low
    title: It holds.
    remedy: Make it hold.
    holds: { path: isCut, equals: false }
    examples: { good: [{ isCut: false }], bad: [{ isCut: true }] }
`;

describe('merlon rules test', () => {
  it('ends with 0 when all examples are judged as they say', async () => {
    expect(await testRules([put('a.yaml', rule)], {}, print)).toBe(0);
  });

  it('ends with 1 when one is not, and says which', async () => {
    const file = put('a.yaml', rule.replace('bad: [{ isCut: true }]', 'bad: [{ isCut: false }]'));
    expect(await testRules([file], {}, print)).toBe(1);
    expect(lines[0]).toContain(`${file}:9:`);
  });

  it('takes the rules of a baseline', async () => {
    put('own.yaml', rule);
    expect(await testRules([], { baseline: put('baseline.yaml', 'rules: [own.yaml]') }, print)).toBe(0);
  });

  it('takes no rules at all for a mistake, and a broken one for an error', async () => {
    await expect(testRules([], {}, print)).rejects.toMatchObject({ code: 'USAGE' });
    const broken = put('b.yaml', rule.replace('isCut, equals', 'isCot, equals'));
    await expect(testRules([broken], {}, print)).rejects.toMatchObject({ code: 'RULE_INVALID' });
  });

  it('refuses a rule with the id of a built-in check', async () => {
    const [first] = checks;
    const file = put('a.yaml', rule.replace('own-rule', first?.id ?? ''));
    await expect(testRules([file], {}, print)).rejects.toMatchObject({ code: 'RULE_INVALID' });
  });
});

describe('merlon rules list', () => {
  it('has every check, and what the baseline makes of it', async () => {
    put('own.yaml', rule);
    const [first, second] = checks;
    const baseline = put(
      'baseline.yaml',
      `rules: [own.yaml]\nchecks:\n  ${first?.id}: { off: Elsewhere. }\n  ${second?.id}: { severity: info }\n  own-rule: { severity: critical }`,
    );
    await listRules([], { baseline, json: true }, print);
    const rows = JSON.parse(lines.join('')) as { id: string; severity: string; off?: string; own: boolean }[];
    expect(rows).toHaveLength(checks.length + 1);
    const row = (id: string | undefined) => rows.find((one) => one.id === id);
    expect(row(first?.id)).toMatchObject({ off: 'Elsewhere.', own: false });
    expect(row(second?.id)).toMatchObject({ severity: 'info' });
    expect(row('own-rule')).toMatchObject({ severity: 'critical', own: true });
  });

  it('refuses a baseline that speaks of a check that is not there', async () => {
    const baseline = put('baseline.yaml', 'checks: { no-such-check: { severity: low } }');
    await expect(listRules([], { baseline }, print)).rejects.toMatchObject({ code: 'CONFIG_UNKNOWN_KEY' });
  });
});

describe('merlon rules facts', () => {
  it('lists the paths of every part, or of one', () => {
    listFacts(undefined, { json: true }, print);
    expect((JSON.parse(lines.join('')) as unknown[]).length).toBe(10);
    lines = [];
    listFacts('tools', {}, print);
    expect(lines[0]).toBe('tools');
    expect(lines.join('\n')).toContain('tools[*].description');
  });

  it.each(['tool', 'toString'])('refuses the part %s', (part) => {
    expect(() => listFacts(part, {}, print)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });
});
