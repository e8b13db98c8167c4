import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { testRules } from '../src/cli/run-rules.ts';
import { readAttestations } from '../src/scanner/attest/attestations.ts';
import { profileNames } from '../src/scanner/baseline/baseline.ts';
import { profiles } from '../src/scanner/baseline/profiles.ts';
import { checkIdsExist, readBaseline } from '../src/scanner/baseline/read.ts';
import { readScanConfig } from '../src/scanner/baseline/scan-config.ts';
import { checks } from '../src/scanner/checks/index.ts';
import { operatorNames } from '../src/scanner/rules/operators.ts';
import { partNames } from '../src/scanner/rules/fact-paths.ts';
import { defaultThresholds, type Thresholds } from '../src/scanner/thresholds.ts';
import { readWaivers } from '../src/scanner/waive.ts';

const root = resolve(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const blocksOf = (page: string, language: string): string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))].map(([, block = '']) => block);
const blockWith = (page: string, language: string, word: string): string =>
  blocksOf(page, language).find((block) => block.includes(word)) ?? expect.fail(`no block with ${word}`);

const now = Date.UTC(2026, 10, 22);

describe('docs/rules.md', () => {
  const page = read('docs/rules.md');
  const files = ['examples/rules/images-by-digest.yaml', 'examples/rules/owner-in-name.ts'];

  it('shows the examples as they are', () => {
    const [yaml = '', typescript = ''] = files.map(read);
    expect(yaml.startsWith(blockWith(page, 'yaml', 'images-by-digest'))).toBe(true);
    expect(typescript).toBe(blockWith(page, 'ts', 'tool-names-its-team'));
  });

  it('has examples that hold', async () => {
    const lines: string[] = [];
    const print = (line: string): void => void lines.push(line);
    expect(
      await testRules(
        files.map((file) => join(root, file)),
        {},
        print,
      ),
    ).toBe(0);
    expect(lines).toHaveLength(2);
  });

  it('names every operator and every part', () => {
    for (const name of [...operatorNames, ...partNames]) expect(page).toMatch(new RegExp(`\`${name}[\`:]`));
  });
});

describe('docs/baseline.md', () => {
  const page = read('docs/baseline.md');

  it('has a baseline that can be used', () => {
    const text = blockWith(page, 'yaml', 'fail_on');
    const baseline = readBaseline(text, join(root, 'baseline.yaml'), { now, readText: () => 'waivers: []' });
    expect(baseline.profile).toBe('internal');
    expect(() =>
      checkIdsExist(
        baseline,
        checks.map(({ id }) => id),
      ),
    ).not.toThrow();
  });

  it('has configurations of a scan that can be used', () => {
    const env = { MCP_KEY: 'a', SCANNER_SECRET: 'b', OTHER_KEY: 'c' };
    const readText = (): string => '-----BEGIN CERTIFICATE-----';
    const of = (word: string) => readScanConfig(blockWith(page, 'yaml', word), 'scan.yaml', { env, readText });
    expect(of('mcp_server').targets).toHaveLength(1);
    const all = of('targets:');
    expect([all.targets.length, all.programs.length]).toEqual([8, 1]);
  });

  it('has the thresholds of every profile', () => {
    for (const key of Object.keys(defaultThresholds) as (keyof Thresholds)[]) {
      const row = new RegExp(`^\\| \`${key}\`.*?\\| (.*) \\|$`, 'm').exec(page)?.[1]?.split(' | ').map(Number);
      expect(row, key).toEqual(profileNames.map((name) => profiles[name].thresholds[key]));
    }
  });
});

describe('docs/attestations.md', () => {
  const page = read('docs/attestations.md');

  it('has attestations and waivers that can be read', () => {
    const text = blockWith(page, 'yaml', 'attestations:');
    expect(readAttestations(text, 'a.yaml', { now, hashOf: () => undefined })).toHaveLength(1);
    expect(readWaivers(blockWith(page, 'yaml', 'waivers:'), 'w.yaml', { now })).toHaveLength(2);
  });
});
