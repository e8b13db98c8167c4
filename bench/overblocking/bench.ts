/**
 * How many honest calls learned grants deny, and how much they still shut out: grants are learned from some tasks and
 * tried on the others, through the engine that the gateway has. Grants that allow everything would deny nothing and shut
 * out nothing; those of the tools alone stand beside the learned ones, to be compared with.
 */
import type { TaskGrant } from '../../src/policy/grant/task-grant.ts';
import { learnGrants } from '../../src/policy/learn/learn-grants.ts';
import type { Bench, Row } from '../bench.ts';
import { createControlCalls, type ControlCalls, type Misdeed, misdeeds } from './control-calls.ts';
import { type Profiles, replay, taskGrantsOf, traceOf } from './replay.ts';
import { loadSessions, type Session, type SessionSet } from './sessions.ts';
import { createRandom, splitByGroup } from './split.ts';
import { profilesOf } from './tool-definitions.ts';

const SEED = 20_261_122;
const SPLITS = 20;
/** Shares of the tasks that are learned from. */
const SHARES = [0.4, 0.6, 0.8, 0.9];
/** The share that the headline speaks of. */
const USUAL = 0.8;
/** How often a call that changes something is tried once more. */
const REPEATS = 50;

const kinds = ['learned', 'tools alone'] as const;
type Kind = (typeof kinds)[number];

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
        say(`${set.name}: learned from ${100 * share} % of the tasks, ${SPLITS} times`);
        for (const kind of share === USUAL ? kinds : kinds.slice(0, 1)) {
          rows.push(rowOf(set, kind, share, measure({ set, sets, profiles, share, kind })));
        }
      }
    }
    return { rows, headline: headlineOf(rows), failed: false };
  },
};

interface Trial {
  readonly set: SessionSet;
  readonly sets: readonly SessionSet[];
  readonly profiles: Profiles;
  readonly share: number;
  readonly kind: Kind;
}

interface Tally {
  learnedFrom: number;
  honest: number;
  denied: number;
  asked: number;
  /** Denied, or asked because one task alone had used the tool: what an estimate from the traces could foresee. */
  missed: number;
  estimates: number[];
  readonly bad: Map<Misdeed, { tried: number; shut: number }>;
}

function measure({ set, sets, profiles, share, kind }: Trial): Tally {
  const tally: Tally = { learnedFrom: 0, honest: 0, denied: 0, asked: 0, missed: 0, estimates: [], bad: new Map() };
  const traces = new Map(set.sessions.map((session) => [session, traceOf(session, set, profiles)]));
  for (let split = 0; split < SPLITS; split += 1) {
    const random = createRandom(SEED + split);
    const { train, test } = splitByGroup(set.sessions, ({ task }) => task, share, random);
    const learned = learnGrants(
      train.flatMap((session) => traces.get(session) ?? []),
      { profiles },
    );
    const proposed = learned.flatMap(({ grants }) => grants);
    const wide = proposed.filter(({ asksBecause }) => asksBecause === 'wide_sink').map(({ template }) => template.tool);
    const grants = taskGrantsOf(learned, profiles);
    tally.learnedFrom += train.length / SPLITS;
    tally.estimates.push(learned[0]?.coverage.calls.share ?? 1);
    const tried = kind === 'learned' ? grants : grants.map(toolAlone);
    const controls = createControlCalls(set, sets, profiles, random);
    for (const session of test) tryOn(session, { set, profiles, tried, controls, asksByDesign: new Set(wide) }, tally);
  }
  return tally;
}

function toolAlone({ id, tool, effects }: TaskGrant): TaskGrant {
  return { id, tool, effects, otherArgs: 'any' };
}

interface Situation {
  readonly set: SessionSet;
  readonly profiles: Profiles;
  readonly tried: readonly TaskGrant[];
  readonly controls: ControlCalls;
  readonly asksByDesign: ReadonlySet<string>;
}

function tryOn(session: Session, { set, profiles, tried, controls, asksByDesign }: Situation, tally: Tally): void {
  replay(session, set, tried, profiles, ({ call, recorded, decision, judge, judgeRepeated }) => {
    // What the tool itself refused says nothing of what honest work needs.
    if (recorded.failed) return;
    tally.honest += 1;
    if (decision.outcome === 'deny') tally.denied += 1;
    if (decision.outcome === 'ask') tally.asked += 1;
    if (decision.outcome !== 'allow' && !asksByDesign.has(call.tool)) tally.missed += 1;
    for (const { misdeed, call: bad } of controls.of(call, session)) count(tally, misdeed, judge(bad) !== 'allow');
    const acts = profiles.get(call.tool)?.effects.some((effect) => effect !== 'read') === true;
    if (acts) for (const outcome of judgeRepeated(REPEATS)) count(tally, 'repeated', outcome !== 'allow');
  });
}

function count({ bad }: Tally, misdeed: Misdeed, isShut: boolean): void {
  const entry = bad.get(misdeed) ?? { tried: 0, shut: 0 };
  entry.tried += 1;
  if (isShut) entry.shut += 1;
  bad.set(misdeed, entry);
}

function rowOf(set: SessionSet, kind: Kind, share: number, tally: Tally): Row {
  const { learnedFrom, honest, denied, asked, missed, estimates, bad } = tally;
  const shut = misdeeds.map((misdeed) => {
    const entry = bad.get(misdeed);
    return [`${misdeed} %`, entry === undefined ? null : percent(entry.shut, entry.tried)] as const;
  });
  const estimate = estimates.reduce((sum, one) => sum + one, 0);
  return {
    set: set.name,
    grants: kind,
    'tasks %': 100 * share,
    'learned from': Math.round(learnedFrom),
    'honest calls': honest,
    'denied %': percent(denied, honest),
    'asked %': percent(asked, honest),
    'missed %': percent(missed, honest),
    'expected %': kind === 'learned' ? percent(estimate, estimates.length) : null,
    ...Object.fromEntries(shut),
  };
}

function percent(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((10_000 * part) / whole) / 100;
}

function headlineOf(rows: readonly Row[]): string {
  const usual = rows.filter((row) => row['tasks %'] === 100 * USUAL && row['grants'] === 'learned');
  const parts = usual.map((row) => {
    const shut = misdeeds.flatMap((misdeed) => {
      const share = row[`${misdeed} %`];
      return typeof share === 'number' ? [`${misdeed} ${share} %`] : [];
    });
    return `${row['set']}: ${row['denied %']} % denied, ${row['asked %']} % asked; shut out: ${shut.join(', ')}`;
  });
  return `Honest calls of unseen tasks, learned from ${100 * USUAL} % of the tasks. ${parts.join('. ')}.`;
}
