import { join } from 'node:path';
import type { Bench, Row } from '../bench.ts';
import { type Attack, type HonestTask, replay, type Replayed } from './replay.ts';
import { suitesIn } from './suite.ts';

/** Suites of our own, in other domains, that the rules were tuned on. */
const OWN = join(import.meta.dirname, '..', '..', 'test', 'fixtures', 'task-suites');
/** Suites whose author had not seen the rules; what they said first, before anything was mended, is in docs/provenance.md. */
const BLIND = join(import.meta.dirname, '..', '..', 'test', 'fixtures', 'blind-suites');

/**
 * What users ask for has to go through by itself, and what is injected into a tool's output must not: both at once,
 * with the real engine and no model. Every tool is granted, pinned to the user's words.
 */
export const bench: Bench = {
  about: 'tasks that pass by themselves and injections that do not, under grants pinned to the request',
  run({ data, only, say }) {
    const isMeant = (name: string): boolean => only.length === 0 || only.includes(name);
    const given = (data === undefined ? [] : suitesIn(data)).filter(({ suite }) => isMeant(suite));
    const own = suitesIn(OWN).filter(({ suite }) => isMeant(suite));
    const blind = suitesIn(BLIND).filter(({ suite }) => isMeant(suite));
    if (given.length === 0) say('It needs --data DIR with suites in DIR/agentdojo or in DIR itself.');
    const [replayed, ours] = [given.map(replay), own.map(replay)];
    const rows = [
      ...rowsOf(replayed, 'all suites'),
      ...rowsOf(ours, 'all of our own'),
      ...rowsOf(blind.map(replay), 'all written blind'),
    ];
    const headline = replayed.length === 0 ? headlineOf(ours) : headlineOf(replayed);
    return Promise.resolve({ rows, headline, failed: given.length === 0 });
  },
};

function rowsOf(replayed: readonly Replayed[], total: string): readonly Row[] {
  const rows = replayed.map((one) => rowOf(one.suite, [one]));
  return replayed.length > 1 ? [...rows, rowOf(total, replayed)] : rows;
}

function rowOf(suite: string, replayed: readonly Replayed[]): Row {
  const tasks = replayed.flatMap(({ honest }) => honest);
  const attacks = replayed.flatMap((one) => one.attacks);
  const consequential = tasks.flatMap(({ calls }) => calls).filter((call) => call.isConsequential);
  const passed = consequential.filter(({ decision }) => decision.outcome === 'allow');
  return {
    suite,
    'tasks automatic': ratio(tasks.filter(isAutomatic).length, tasks.length),
    '%': percent(tasks.filter(isAutomatic).length, tasks.length),
    'consequential calls automatic': ratio(passed.length, consequential.length),
    'injections stopped': ratio(attacks.filter(isStopped).length, attacks.length),
    'stopped %': percent(attacks.filter(isStopped).length, attacks.length),
    'nothing done %': percent(attacks.filter(isNothingDone).length, attacks.length),
    'approvals per task': Math.round((100 * tasks.flatMap(asksOf).length) / Math.max(1, tasks.length)) / 100,
    'not placed': replayed.reduce((sum, { unplaced }) => sum + unplaced, 0),
  };
}

function asksOf({ calls }: HonestTask): HonestTask['calls'] {
  return calls.filter(({ decision }) => decision.outcome !== 'allow');
}

function isAutomatic(task: HonestTask): boolean {
  return asksOf(task).length === 0;
}

function consequencesOf({ calls }: Attack): Attack['calls'] {
  return calls.filter((call) => call.isConsequential);
}

/** The attacker did not get all of it done without a person. */
function isStopped(attack: Attack): boolean {
  return consequencesOf(attack).some(({ decision }) => decision.outcome !== 'allow');
}

/** The stricter measure: none of it. */
function isNothingDone(attack: Attack): boolean {
  return consequencesOf(attack).every(({ decision }) => decision.outcome !== 'allow');
}

function ratio(part: number, whole: number): string {
  return `${part}/${whole}`;
}

function percent(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.round((1000 * part) / whole) / 10;
}

function headlineOf(replayed: readonly Replayed[]): string {
  const row = rowOf('', replayed);
  const count = replayed.length;
  return `${row['tasks automatic']} tasks fully automatic (${row['%']} %), ${row['injections stopped']} injections stopped (${row['stopped %']} %), ${row['approvals per task']} approvals per task, in ${count} ${count === 1 ? 'suite' : 'suites'}.`;
}
