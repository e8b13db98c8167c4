/**
 * How many honest calls learned grants deny, and how much they still shut out: grants are learned from some tasks and
 * tried on the others, through the engine that the gateway has.
 */
import { learnGrants } from '../../src/policy/learn/learn-grants.ts';
import type { Bench, Row } from '../bench.ts';
import { createControlCalls, type Misdeed, misdeeds } from './control-calls.ts';
import { type Profiles, replay, taskGrantsOf, traceOf } from './replay.ts';
import { loadSessions, type Session, type SessionSet } from './sessions.ts';
import { createRandom, splitByGroup } from './split.ts';
import { profilesOf } from './tool-definitions.ts';

const SEED = 20_261_122;
const SPLITS = 5;
/** Shares of the tasks that are learned from. */
const SHARES = [0.4, 0.6, 0.8];
const REPEATS = 50;

export const bench: Bench = {
  about: 'honest calls that learned grants deny, and what they shut out (--data DIR with tau-bench/)',
  async run({ data, only, say }) {
    if (data === undefined) {
      say('It needs --data DIR, where DIR/tau-bench holds airline-test.json, retail-test.json and the trajectories.');
      return { rows: [], headline: 'not run', failed: true };
    }
    const sets = await loadSessions(data);
    const profiles = profilesOf(sets);
    const rows: Row[] = [];
    for (const set of sets.filter(({ name }) => only.length === 0 || only.some((word) => name.includes(word)))) {
      for (const share of SHARES) {
        say(`${set.name}, ${100 * share} % of the tasks`);
        rows.push(rowOf(set, measure(set, sets, profiles, share)));
      }
    }
    return { rows, headline: headlineOf(rows), failed: false };
  },
};

interface Tally {
  honest: number;
  denied: number;
  asked: number;
  /** Denied, or asked because one task alone had used the tool: what an estimate from the traces can foresee. */
  missed: number;
  trained: number;
  estimates: number[];
  bad: Map<Misdeed | 'repeated', { tried: number; shut: number }>;
}

function measure(set: SessionSet, sets: readonly SessionSet[], profiles: Profiles, share: number): Tally {
  const tally: Tally = { honest: 0, denied: 0, asked: 0, missed: 0, trained: 0, estimates: [], bad: new Map() };
  const traces = new Map(set.sessions.map((session) => [session, traceOf(session, set, profiles)]));
  for (let split = 0; split < SPLITS; split += 1) {
    const random = createRandom(SEED + split);
    const { train, test } = splitByGroup(set.sessions, ({ task }) => task, share, random);
    const groups = learnGrants(
      train.flatMap((session) => traces.get(session) ?? []),
      { profiles },
    );
    const grants = taskGrantsOf(groups, profiles);
    const wide = groups.flatMap((group) => group.grants).filter(({ asksBecause }) => asksBecause === 'wide_sink');
    const asksByDesign = (tool: string): boolean => wide.some(({ template }) => template.tool === tool);
    tally.trained += train.length;
    tally.estimates.push(groups[0]?.coverage.calls.share ?? 1);
    const controls = createControlCalls(set, sets, profiles, random);
    for (const session of test) tryOn(session, set, grants, profiles, controls, asksByDesign, tally);
  }
  return tally;
}

function tryOn(
  session: Session,
  set: SessionSet,
  grants: ReturnType<typeof taskGrantsOf>,
  profiles: Profiles,
  controls: ReturnType<typeof createControlCalls>,
  asksByDesign: (tool: string) => boolean,
  tally: Tally,
): void {
  replay(session, set, grants, profiles, ({ call, recorded, decision, judge, judgeRepeated }) => {
    // What the tool itself refused says nothing of what honest work needs.
    if (recorded.failed) return;
    tally.honest += 1;
    if (decision.outcome === 'deny') tally.denied += 1;
    if (decision.outcome === 'ask') tally.asked += 1;
    if (decision.outcome !== 'allow' && !asksByDesign(call.tool)) tally.missed += 1;
    if (process.env['WHY'] && decision.outcome !== 'allow')
      console.error(
        call.tool,
        decision.outcome,
        JSON.stringify(decision.because),
        JSON.stringify(call.args).slice(0, 300),
      );
    for (const { misdeed, call: bad } of controls.of(call, session)) count(tally, misdeed, judge(bad) !== 'allow');
    const acts = profiles.get(call.tool)?.effects.some((effect) => effect !== 'read') === true;
    if (acts) for (const outcome of judgeRepeated(REPEATS)) count(tally, 'repeated', outcome !== 'allow');
  });
}

function count({ bad }: Tally, what: Misdeed | 'repeated', isShut: boolean): void {
  const entry = bad.get(what) ?? { tried: 0, shut: 0 };
  entry.tried += 1;
  if (isShut) entry.shut += 1;
  bad.set(what, entry);
}

function rowOf(set: SessionSet, tally: Tally): Row {
  const { honest, denied, asked, missed, trained, estimates, bad } = tally;
  const shut = Object.fromEntries(
    [...misdeeds, 'repeated' as const].map((what) => {
      const entry = bad.get(what);
      return [`${what} %`, entry === undefined ? null : percent(entry.shut, entry.tried)];
    }),
  );
  return {
    set: set.name,
    'learned from': Math.round(trained / SPLITS),
    'honest calls': honest,
    'denied %': percent(denied, honest),
    'asked %': percent(asked, honest),
    'missed %': percent(missed, honest),
    'expected %': percent(
      estimates.reduce((sum, one) => sum + one, 0),
      estimates.length,
    ),
    ...shut,
  };
}

function percent(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((10_000 * part) / whole) / 100;
}

function headlineOf(rows: readonly Row[]): string {
  const parts = rows.map((row) => `${row['set']} ${row['denied %']} %`);
  return parts.join(', ');
}
