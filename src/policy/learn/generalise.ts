import type { Constraint, Scalar } from '../constraint/constraint.ts';
import type { Source } from '../provenance/source.ts';
import type { SinkKind } from '../tool/tool-profile.ts';
import type { ArgumentEvidence, Forms } from './argument-evidence.ts';
import { commonFolders } from './common-folders.ts';
import { boundOf, isLonely } from './extremes.ts';
import { settle, type Settled } from './vocabulary.ts';
import { countOf } from './voices.ts';
import { anyWord, ENOUGH, patternOf } from './word-shape.ts';

/** How an argument was generalised, tightest first; `none`: one trace alone had it, so it is not granted. */
export type Rung = 'values' | 'origin' | 'folder' | 'domain' | 'range' | 'shape' | 'word' | 'free' | 'none';

/** What an argument must be, as learned. */
export interface Generalised {
  readonly rung: Rung;
  readonly constraint: Constraint;
  /** Where its values must come from; undefined where that was not seen or did not hold. */
  readonly integrity: readonly Source[] | undefined;
  /** Numbers of the calls that no other trace would have taught: what the next trace may bring anew. */
  readonly lonely: readonly number[];
}

/** How much evidence each kind of bound needs. Traces of one group count as one. */
export interface Evidence {
  /** Traces that an enumeration needs: it refuses all that it has not seen. Default 20. */
  readonly values: number;
  /** Traces, and different values, that a rule on where values come from needs. Default 5. */
  readonly sources: number;
  /** Traces that any other bound needs. Default 3. */
  readonly bounds: number;
  /** Highest Good–Turing share of something new in the next trace at which a bound is proposed, 0 to 1. Default 0.01. */
  readonly missing: number;
}

/** Most values of an enumeration, origins, folders, domains or shapes of a bound. */
const MOST_VALUES = 16;
const MOST_FORMS = 8;
const SMALLEST_LENGTH = 256;

/** What honest work makes up itself, from what it was told: the day after, the sum of two prices. */
const computed: ReadonlySet<SinkKind> = new Set<SinkKind>(['amount', 'time']);

/** The best of where values come from: a rule can be made of these. */
const vouched: readonly Source[] = ['user', 'approved', 'trusted', 'linked'];

/** The tightest bound that an argument's evidence supports. */
export function generalise(evidence: ArgumentEvidence, kind: SinkKind | undefined, needs: Evidence): Generalised {
  const { rung, lonely, ...bound } = tightest(evidence, kind, needs);
  const optional = { optional: true };
  const constraint = evidence.isList
    ? { maxLength: Math.max(4, 2 * evidence.items), each: bound.constraint, ...optional }
    : { ...bound.constraint, ...optional };
  return { rung, constraint, integrity: rung === 'values' ? undefined : integrityOf(evidence, kind, needs), lonely };
}

interface Bound {
  readonly rung: Rung;
  readonly constraint: Constraint;
  readonly lonely: readonly number[];
}

function tightest(evidence: ArgumentEvidence, kind: SinkKind | undefined, needs: Evidence): Bound {
  const { texts, numbers, booleans, unreadable } = evidence;
  if (unreadable > 0) return free;
  const fewValues = enumeration(evidence, needs);
  if (numbers > 0) return texts + booleans > 0 ? free : numeric(evidence, kind, needs, fewValues);
  if (fewValues !== undefined) return fewValues;
  if (booleans > 0 || texts === 0) return free;
  return textual(evidence, needs) ?? lengthOnly(evidence);
}

const free: Bound = { rung: 'free', constraint: {}, lonely: [] };

function enumeration({ values, voices }: ArgumentEvidence, needs: Evidence): Bound | undefined {
  const traces = countOf(voices);
  if (traces < needs.values || values.crowdedOut > 0) return undefined;
  // A few values that come again and again are a choice; where some are rare, more of them are still to come.
  const settled = settle(values, traces, 3);
  if (!holds(settled, MOST_VALUES, needs) || settled.common.length * 5 > traces) return undefined;
  const oneOf: Scalar[] = settled.common.toSorted((a, b) => (String(a) < String(b) ? -1 : 1));
  return { rung: 'values', constraint: { oneOf }, lonely: settled.lonely };
}

function holds(settled: Settled<unknown>, most: number, needs: Evidence): boolean {
  return settled.missing <= needs.missing && settled.common.length > 0 && settled.common.length <= most;
}

/** A range; numbers that are names of things have none. */
function numeric(
  evidence: ArgumentEvidence,
  kind: SinkKind | undefined,
  needs: Evidence,
  few: Bound | undefined,
): Bound {
  const { highest, lowest, isCounted } = evidence;
  const voices = countOf(evidence.voices);
  if (kind === 'target' || kind === 'recipient') return few ?? free;
  if (voices < needs.bounds || highest === undefined || lowest === undefined) return free;
  const bound = (value: number): number => boundOf(value, voices, isCounted);
  const min = lowest.highest <= 0 ? 0 : -bound(lowest.highest);
  const lonely = [
    ...(isLonely(highest, bound) ? [highest.call] : []),
    ...(lowest.highest > 0 && isLonely(lowest, bound) ? [lowest.call] : []),
  ];
  return { rung: 'range', constraint: { min, max: bound(highest.highest) }, lonely };
}

function textual(evidence: ArgumentEvidence, needs: Evidence): Bound | undefined {
  const { texts, origins, domains, folders } = evidence;
  const traces = countOf(evidence.voices);
  if (traces < needs.bounds) return undefined;
  const all = ({ texts: read, found }: Forms): Settled<string> | undefined =>
    read === texts && found.crowdedOut === 0 ? settle(found, traces) : undefined;

  const url = all(origins);
  if (url !== undefined && holds(url, MOST_FORMS, needs)) {
    return { rung: 'origin', constraint: { origin: url.common.toSorted() }, lonely: url.lonely };
  }
  if (folders.texts === texts) {
    const { subpath, lonely, missing } = commonFolders(folders.found, traces);
    if (subpath.length > 0 && subpath.length <= MOST_FORMS && missing <= needs.missing) {
      return { rung: 'folder', constraint: { subpath }, lonely };
    }
    return undefined;
  }
  const mail = all(domains);
  if (mail !== undefined && holds(mail, MOST_FORMS, needs)) {
    return { rung: 'domain', constraint: { emailDomain: mail.common.toSorted() }, lonely: mail.lonely };
  }
  return url === undefined && mail === undefined ? shaped(evidence, needs) : undefined;
}

function shaped({ keys, shapes, voices, longest }: ArgumentEvidence, needs: Evidence): Bound | undefined {
  const settled = settle(keys, countOf(voices));
  const known = settled.common.flatMap((key) => shapes.get(key) ?? []);
  const isVaried = known.some(({ texts }) => texts.size >= ENOUGH);
  if (isVaried && holds(settled, MOST_FORMS, needs)) {
    const choices = [...new Set(known.map(patternOf))].toSorted();
    const pattern = choices.length === 1 ? choices.join('') : `(?:${choices.join('|')})`;
    // Longer ones are refused by `kernel/pattern`.
    if (pattern.length <= 1_000) return { rung: 'shape', constraint: { pattern }, lonely: settled.lonely };
  }
  const isWord = keys.crowdedOut === 0 && ![...shapes.keys()].some((key) => /[\s/@:]/.test(key));
  return isWord
    ? { rung: 'word', constraint: { pattern: anyWord([...shapes.values()], longest) }, lonely: [] }
    : undefined;
}

/** No bound on what it says; one on how long it is, so that it stays what it was: a text of that kind. */
function lengthOnly({ longest, voices }: ArgumentEvidence): Bound {
  if (countOf(voices) < 2) return free;
  return { rung: 'free', constraint: { maxLength: Math.max(SMALLEST_LENGTH, 4 * longest) }, lonely: [] };
}

function integrityOf(
  { sources, calls, voices, values }: ArgumentEvidence,
  kind: SinkKind | undefined,
  needs: Evidence,
): readonly Source[] | undefined {
  if (kind === undefined || computed.has(kind) || countOf(voices) < needs.sources) return undefined;
  // A few values are a choice; where a word of it comes from says nothing.
  if (values.crowdedOut === 0 && values.items.size < needs.sources) return undefined;
  const known = [...sources.values()].reduce((sum, count) => sum + count, 0);
  if (known < calls || [...sources.keys()].some((source) => !vouched.includes(source))) return undefined;
  return vouched.filter((source) => source !== 'approved');
}
