import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MerlonError } from '../../kernel/errors.ts';
import { defaultThresholds } from '../thresholds.ts';
import { readCheckModule } from './check-module.ts';
import { loadRules } from './load.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'merlon-rules-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const put = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

const rule = (id: string, path = 'isCut') => `rules:
  - id: ${id}
    control: C14
    part: tools
    severity: low
    title: It holds.
    remedy: Make it hold.
    holds: { path: ${path}, equals: false }
    examples: { good: [{ isCut: false }], bad: [{ isCut: true }] }
`;

const module = `
const words = (text: string) => ({ en: text, zh: text });
export const checks = [
  {
    id: 'own-check', control: 'C14', part: 'tools', severity: 'low', title: words('It holds.'), remedy: words('Do it.'),
    ask: (facts: { isCut: boolean }) => ({ outcome: facts.isCut ? 'fail' : 'pass', evidence: [{ seen: words('Seen.') }] }),
  },
];
`;

async function codesOf(run: Promise<unknown>): Promise<unknown> {
  return run.then(
    () => 'nothing thrown',
    (error: unknown) => (error as { problems: MerlonError[] }).problems.map(({ code }) => code),
  );
}

const about = { now: 0, kind: 'tools', thresholds: defaultThresholds } as const;

describe('loadRules', () => {
  it('takes files, the files of folders, and modules that are named', async () => {
    mkdirSync(join(folder, 'more'));
    put('more/b.yml', rule('b-rule'));
    put('more/c.json', JSON.stringify({ rules: [] }).replace('[]', `[${JSON.stringify(ruleObject('c-rule'))}]`));
    put('more/README.md', 'Not a rule.');
    const paths = [put('a.yaml', rule('a-rule')), join(folder, 'more'), put('own.ts', module)];
    const { checks, rules, written } = await loadRules(paths, { taken: [] });
    expect(checks.map(({ id }) => id)).toEqual(['a-rule', 'b-rule', 'c-rule', 'own-check']);
    expect([rules.length, written.length]).toEqual([3, 1]);
    expect(checks[3]?.ask({ isCut: true } as never, about)).toMatchObject([{ outcome: 'fail' }]);
  });

  it('never runs a module that only lies in a folder, and says so', async () => {
    put('a.yaml', rule('a-rule'));
    put('z.ts', 'throw new Error("it ran");');
    const importModule = () => expect.fail('it ran');
    expect(await codesOf(loadRules([folder], { taken: [], importModule }))).toEqual(['CHECK_MODULE_INVALID']);
  });

  it('tells what is wrong in all of them at once', async () => {
    const paths = [
      put('a.yaml', rule('a-rule', 'isCot')),
      put('b.yaml', rule('b-rule', 'isCat')),
      join(folder, 'gone.yaml'),
    ];
    expect(await codesOf(loadRules(paths, { taken: [] }))).toEqual([
      'CONFIG_NOT_FOUND',
      'RULE_INVALID',
      'RULE_INVALID',
    ]);
  });

  it('refuses an id that is taken, in any file', async () => {
    const [a, b] = [put('a.yaml', rule('a-rule')), put('b.yaml', rule('a-rule'))];
    expect(await codesOf(loadRules([a, b], { taken: [] }))).toEqual(['RULE_INVALID']);
    expect(await codesOf(loadRules([a], { taken: ['a-rule'] }))).toEqual(['RULE_INVALID']);
    expect(await codesOf(loadRules([put('own.ts', module)], { taken: ['own-check'] }))).toEqual([
      'CHECK_MODULE_INVALID',
    ]);
  });

  it('takes no rule that judges its own examples otherwise than they say', async () => {
    const path = put('a.yaml', rule('a-rule').replace('equals: false', 'equals: true'));
    expect(await codesOf(loadRules([path], { taken: [] }))).toEqual(['RULE_INVALID', 'RULE_INVALID']);
    expect((await loadRules([path], { taken: [], triesExamples: false })).rules).toHaveLength(1);
  });

  it('takes neither an empty folder nor a file of another kind for rules that hold', async () => {
    expect(await codesOf(loadRules([folder], { taken: [] }))).toEqual(['RULE_INVALID']);
    expect(await codesOf(loadRules([put('rules.txt', 'x')], { taken: [] }))).toEqual(['RULE_INVALID']);
  });

  it.each([
    ['syntax', 'export const checks = ['],
    ['throws', 'throw new Error("secret");'],
    ['none', 'export const x = 1;'],
  ])('refuses a module that cannot be used: %s', async (name, text) => {
    expect(await codesOf(loadRules([put(`${name}.mjs`, text)], { taken: [] }))).toEqual(['CHECK_MODULE_INVALID']);
  });
});

function ruleObject(id: string): object {
  return {
    id,
    control: 'C14',
    part: 'tools',
    severity: 'low',
    title: 'It holds.',
    remedy: 'Do it.',
    holds: { path: 'isCut', equals: false },
    examples: { good: [{ isCut: false }], bad: [{ isCut: true }] },
  };
}

describe('a check of a module', () => {
  const words = { en: 'a', zh: 'b' };
  const good = {
    id: 'own-check',
    control: 'C14',
    part: 'tools',
    severity: 'low',
    title: words,
    remedy: words,
    ask: () => undefined,
  };
  const read = (more: object) => readCheckModule({ checks: [{ ...good, ...more }] }, 'own.ts');

  it.each([
    [{ id: 'x' }],
    [{ control: 'C99' }],
    [{ part: 'toString' }],
    [{ severity: 'bad' }],
    [{ title: 'text' }],
    [{ remedy: { en: 'a' } }],
    [{ basis: 'guessed' }],
    [{ ask: 'no function' }],
  ])('is refused with %j', (more) => {
    expect(() => read(more)).toThrow(expect.objectContaining({ code: 'CHECK_MODULE_INVALID' }));
  });

  it.each([
    undefined,
    null,
    'pass',
    Promise.resolve({ outcome: 'pass', evidence: [{ seen: words }] }),
    { outcome: 'pass' },
    { outcome: 'pass', evidence: [] },
    { outcome: 'good', evidence: [{ seen: words }] },
    { outcome: 'pass', evidence: [{ seen: 'text' }] },
    { outcome: 'pass', evidence: [{ seen: words, where: { file: 5 } }] },
    { outcome: 'pass', evidence: [{ seen: words, where: { path: 'a.b' } }] },
    { outcome: 'pass', evidence: [{ seen: words, where: { line: '1' } }] },
    [{ outcome: 'pass', evidence: [{ seen: words }] }, 'pass'],
  ])('that answers with something else is unknown, not a pass (%#)', (answer) => {
    const [check] = read({ ask: () => answer });
    expect([check?.ask({} as never, about)].flat()).toMatchObject([{ outcome: 'unknown' }]);
  });

  it('keeps itself as `this`, and its errors', () => {
    const [own] = read({
      ask(this: { id: string }) {
        return { outcome: 'pass', subject: this.id, evidence: [{ seen: words }] };
      },
    });
    expect(own?.ask({} as never, about)).toMatchObject([{ subject: 'own-check' }]);
    const [broken] = read({
      ask: () => {
        throw new Error('x');
      },
    });
    expect(() => broken?.ask({} as never, about)).toThrow();
  });

  it('whatever a module exports, it is taken or refused', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true }), (exported) => {
        for (const all of [exported, { checks: exported }, { checks: [exported] }]) {
          expect(() => readCheckModule(all, 'm.ts')).toThrow(expect.objectContaining({ code: 'CHECK_MODULE_INVALID' }));
        }
      }),
    );
  });
});
