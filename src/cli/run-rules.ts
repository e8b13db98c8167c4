import { MerlonError } from '../kernel/errors.ts';
import { nearest } from '../kernel/nearest.ts';
import type { Baseline } from '../scanner/baseline/baseline.ts';
import { checkIdsExist, loadBaseline } from '../scanner/baseline/read.ts';
import type { AnyCheck } from '../scanner/check.ts';
import { checks } from '../scanner/checks/index.ts';
import { factPaths, partNames } from '../scanner/rules/fact-paths.ts';
import { type LoadedRules, loadRules } from '../scanner/rules/load.ts';
import { mismatchError, tryRule } from '../scanner/rules/try-rule.ts';

type Print = (line: string) => void;

/** Where rules come from. */
export interface RulesOptions {
  readonly baseline?: string;
}

interface Found {
  readonly loaded: LoadedRules;
  readonly baseline: Baseline | undefined;
}

/**
 * `merlon rules test`: holds rules against their examples. Checks of modules have none; that they can be used is all
 * that is said of them. @returns 0 when all hold, 1 when one does not
 */
export async function testRules(files: readonly string[], options: RulesOptions, print: Print): Promise<number> {
  const { loaded } = await find(files, options, false);
  const { rules, written } = loaded;
  if (rules.length + written.length === 0) {
    throw new MerlonError('USAGE', 'There are no rules to test.', {
      todo: 'Name files, folders, or a baseline with -b.',
    });
  }
  const mismatches = rules.flatMap(tryRule);
  for (const mismatch of mismatches) {
    const { place, message } = mismatchError(mismatch);
    print(`${place?.file}:${place?.line}:${place?.column} ${message}`);
  }
  const examples = rules.reduce((sum, { good, bad }) => sum + good.length + bad.length, 0);
  print(`${count(rules.length, 'rule')}, ${count(examples, 'example')}: ${mismatches.length} judged otherwise.`);
  if (written.length > 0)
    print(`${count(written.length, 'check')} of modules loaded; test them as you test other code.`);
  return mismatches.length === 0 ? 0 : 1;
}

/** `merlon rules list`: every check, with what a baseline makes of it. */
export async function listRules(
  files: readonly string[],
  options: RulesOptions & { readonly json?: true },
  print: Print,
): Promise<void> {
  const { loaded, baseline } = await find(files, options);
  const all = [...checks, ...loaded.checks].toSorted((a, b) => a.control.localeCompare(b.control));
  if (baseline !== undefined) checkIdsExist(baseline, idsOf(all));
  const rows = all.map((check) => {
    const severity = baseline?.severities.get(check.id) ?? check.severity;
    const off = baseline?.off.get(check.id);
    return { ...pick(check), severity, ...(off === undefined ? {} : { off }), own: loaded.checks.includes(check) };
  });
  if (options.json === true) return print(JSON.stringify(rows));
  const width = Math.max(...rows.map(({ id }) => id.length));
  for (const { id, control, part, severity, title, off, own } of rows) {
    const note = `${own ? ' (yours)' : ''}${off === undefined ? '' : ` (off: ${off})`}`;
    print(`${control}  ${id.padEnd(width)}  ${severity.padEnd(8)}  ${part.padEnd(10)}  ${title.en}${note}`);
  }
}

function pick({ id, control, part, severity, title }: AnyCheck) {
  return { id, control, part, severity, title };
}

/** `merlon rules facts`: the paths of all parts or of one. */
export function listFacts(part: string | undefined, { json }: { readonly json?: true }, print: Print): void {
  const asked = part === undefined ? partNames : partNames.filter((one) => one === part);
  if (asked.length === 0) {
    const meant = nearest(part ?? '', partNames);
    throw new MerlonError('USAGE', 'There is no such part of facts.', {
      todo: meant === undefined ? `Parts: ${partNames.join(', ')}.` : `Did you mean ${meant}?`,
    });
  }
  const all = asked.map((one) => ({ part: one, paths: factPaths(one) }));
  if (json === true) return print(JSON.stringify(all));
  for (const { part: one, paths } of all) {
    print(`${one === asked[0] ? '' : '\n'}${one}`);
    const width = Math.max(...paths.map(({ path }) => path.length));
    for (const { path, holds, mayBeBlind } of paths) {
      print(`  ${path.padEnd(width)}  ${holds}${mayBeBlind ? '; may not have been seen' : ''}`);
    }
  }
}

async function find(files: readonly string[], { baseline: file }: RulesOptions, triesExamples = true): Promise<Found> {
  const baseline = file === undefined ? undefined : loadBaseline(file);
  const paths = [...(baseline?.rules ?? []), ...files];
  return { loaded: await loadRules(paths, { taken: idsOf(checks), triesExamples }), baseline };
}

function idsOf(all: readonly AnyCheck[]): string[] {
  return all.map(({ id }) => id);
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}
