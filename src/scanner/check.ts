import type { ControlId } from '../controls/control.ts';
import type { Text } from '../kernel/text.ts';
import type { Parts } from './facts/index.ts';
import type { Blind } from './look.ts';
import type { TargetKind } from './target.ts';
import type { Thresholds } from './thresholds.ts';

/** What a check found out. `unknown`: it could not look. `manual`: a person has to answer. */
export const outcomes = ['pass', 'fail', 'warn', 'manual', 'unknown', 'not-applicable'] as const;
export type Outcome = (typeof outcomes)[number];

/** How bad it is that something does not hold, the worst first. */
export const severities = ['critical', 'high', 'medium', 'low', 'info'] as const;
export type Severity = (typeof severities)[number];

/** Where something was seen. Lines and columns count from 1. */
export interface Where {
  /** A file, as the user named it or below `~`. */
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  /** Keys that lead to the place in the file. */
  readonly path?: readonly string[];
  /** An address, with its credentials removed. */
  readonly url?: string;
  /** The exchange or command that showed it, such as `POST initialize without a credential`. */
  readonly probe?: string;
}

/** What was seen, in a sentence. May quote the target: it is made printable and masked before anybody reads it. */
export interface Evidence {
  readonly seen: Text;
  readonly where?: Where;
}

/** What a check says of a part of a target, or of one subject in it. */
export interface Answer {
  readonly outcome: Outcome;
  /** What it is about, where the part holds several: a tool, a server, a file. Stable between scans. */
  readonly subject?: string;
  /** At least one. */
  readonly evidence: readonly Evidence[];
  /** Where it is less or more grave than the check's own severity. */
  readonly severity?: Severity;
  /** Where the check's own remedy can be said more precisely. */
  readonly remedy?: Text;
}

/** What a check may know besides the facts. */
export interface About {
  /** When it is asked, ms since 1970. */
  readonly now: number;
  readonly kind: TargetKind;
  readonly thresholds: Thresholds;
}

/** One yes/no question about a part of a target. Pure: the same facts give the same answers. */
export interface Check<Part extends keyof Parts = keyof Parts> {
  /** Stable, kebab-case, and the name of its folder. */
  readonly id: string;
  readonly control: ControlId;
  readonly part: Part;
  /** Of a failure. A check of severity `high` or above that could not look leaves its control unknown. */
  readonly severity: Severity;
  /** What holds when it passes, as a statement. */
  readonly title: Text;
  readonly remedy: Text;
  /** `told`: the target says so of itself, nothing was seen of it. Default: `seen`. */
  readonly basis?: 'seen' | 'told';
  ask(facts: Parts[Part], about: About): Answer | readonly Answer[];
}

/** Declares a check; what it may read follows from `part`. */
export function defineCheck<Part extends keyof Parts>(check: Check<Part>): Check<Part> {
  return check;
}

/** A check of any part, as lists hold it. */
export type AnyCheck = { readonly [Part in keyof Parts]: Check<Part> }[keyof Parts];

type Seen = Text | string;

function textOf(seen: Seen): Text {
  return typeof seen === 'string' ? { en: seen, zh: seen } : seen;
}

function answer(outcome: Outcome) {
  return (seen: Seen, more: Omit<Answer, 'outcome' | 'evidence'> & { readonly where?: Where } = {}): Answer => {
    const { where, ...rest } = more;
    return {
      outcome,
      evidence: [where === undefined ? { seen: textOf(seen) } : { seen: textOf(seen), where }],
      ...rest,
    };
  };
}

/** It holds; `seen` says what shows it. */
export const pass = answer('pass');
/** It does not hold. */
export const fail = answer('fail');
/** It holds in part, or may not matter. */
export const warn = answer('warn');
/** A person has to answer. */
export const manual = answer('manual');
/** The question does not arise here. */
export const notApplicable = answer('not-applicable');

/** Nothing was seen: `not-applicable` where the target has no such thing, `unknown` otherwise. */
export function unseen({ blind, why }: Blind, more: { subject?: string; where?: Where } = {}): Answer {
  return blind === 'not-offered' ? notApplicable(why, more) : answer('unknown')(why, more);
}
