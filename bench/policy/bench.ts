/** What a decision costs: the engine of merlon/policy beside CASL, Cedar and the checks written out by hand. */
import { join } from 'node:path';
import { installFolder } from '../../scripts/install.ts';
import type { Bench, BenchResult, Row } from '../bench.ts';
import { type Case, oneToolCase, spreadCase } from './cases.ts';
import { floor, type Judge, type JudgeMaker, loadCasl, loadCedar, merlon, merlonWithAll } from './judges.ts';
import { measure, type Measured } from './measure.ts';

const SIZES = [10, 100, 1_000, 10_000];
const SPREAD = 'ten a tool';
const ONE_TOOL = 'all on one tool, denied';

export const bench: Bench = {
  about: 'decisions on calls, beside CASL, Cedar and a floor',
  async run({ say, only }) {
    installFolder(join(import.meta.dirname, '../baselines'), say);
    const shared: readonly JudgeMaker[] = [floor, merlon, await loadCasl(), await loadCedar()];
    const rows: Row[] = [];
    for (const [layout, caseOf] of [
      [SPREAD, spreadCase],
      [ONE_TOOL, oneToolCase],
    ] as const) {
      for (const count of SIZES) {
        if (only.length > 0 && !only.includes(String(count))) continue;
        say(`${count} grants, ${layout}`);
        rows.push(...rowsOf(layout, count, caseOf(count), shared));
      }
    }
    return { rows, headline: headlineOf(rows), failed: false };
  },
};

function rowsOf(layout: string, count: number, about: Case, shared: readonly JudgeMaker[]): Row[] {
  const judges = shared.map((make) => make(about));
  checkSame(judges, about);
  const all = [...judges, merlonWithAll(about)];
  return measure(all, about.calls.length).map(({ engine, p50, p99, perSecond }: Measured) => ({
    grants: count,
    layout,
    engine,
    'p50 µs': rounded(p50),
    'p99 µs': rounded(p99),
    'decisions/s': perSecond,
  }));
}

/** A comparison of engines that answer differently would be none. */
function checkSame(judges: readonly Judge[], { calls }: Case): void {
  const [first, ...others] = judges;
  if (first === undefined) throw new Error('Nobody to judge.');
  let allowed = 0;
  for (const index of calls.keys()) {
    const answer = first.decide(index);
    if (answer) allowed++;
    const other = others.find(({ decide }) => decide(index) !== answer);
    if (other !== undefined) throw new Error(`${other.engine} and ${first.engine} differ about call ${index}.`);
  }
  if (calls.length > 1 && (allowed === 0 || allowed === calls.length)) throw new Error('The calls tell nothing apart.');
}

function headlineOf(rows: readonly Row[]): BenchResult['headline'] {
  const of = (layout: string, grants: number, start: string): string => {
    const row = rows.find((one) => one.layout === layout && one.grants === grants && `${one.engine}`.startsWith(start));
    return row === undefined ? '–' : `${row['p50 µs']}/${row['p99 µs']}`;
  };
  return (
    `p50/p99 µs at 1,000 grants: merlon ${of(SPREAD, 1_000, 'merlon')}, every kind of rule ` +
    `${of(SPREAD, 1_000, 'merlon,')}, floor ${of(SPREAD, 1_000, 'indexed')}, CASL ${of(SPREAD, 1_000, 'CASL')}, ` +
    `Cedar ${of(SPREAD, 1_000, 'Cedar')}; merlon with 10,000 grants on one tool ${of(ONE_TOOL, 10_000, 'merlon')}`
  );
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
