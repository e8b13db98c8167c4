import { digestOf } from '../../kernel/digest-of.ts';
import { checkDepth, type Json, type JsonObject, MAX_DEPTH } from '../../kernel/jsonrpc.ts';
import { parsePath, readArgument } from '../constraint/argument-path.ts';
import type { CallFacts } from './call-facts.ts';
import type { Endorsed, Objection, ToolCall } from './call-decision.ts';
import type { TaskGrant } from './task-grant.ts';

/** A value that somebody may endorse: what {@link Endorsed.value} is asked for. */
export interface Endorsable {
  readonly path: string;
  /** SHA-256 (hex) of the value's canonical JSON. */
  readonly valueHash: string;
}

/** What {@link Endorsed.call} is asked for: SHA-256 (hex) of the canonical arguments. */
export function argsHash(args: JsonObject): string {
  checkDepth(args, MAX_DEPTH);
  return digestOf(args);
}

/**
 * The values of a call that objections are about, each once. Empty where there is none to endorse: because an argument
 * is absent, a budget is used up or every call is asked about, only the whole call can be approved.
 */
export function endorsableValues({ args }: ToolCall, because: readonly Objection[]): readonly Endorsable[] {
  const found = new Map<string, Endorsable>();
  for (const objection of because) {
    const those =
      objection.code === 'delegation'
        ? endorsableValues({ tool: '', args }, objection.because)
        : 'path' in objection && objection.code !== 'malformed'
          ? valuesAt(args, objection.path).map((value) => endorsable(objection.path, value))
          : [];
    for (const one of those) found.set(`${one.path} ${one.valueHash}`, one);
  }
  return [...found.values()];
}

/** Whether a person can make good what a grant objects to. */
export function canBeAsked({ code }: Objection, { onDeny }: TaskGrant): boolean {
  if (code === 'always_ask') return true;
  return onDeny === 'ask' && (code === 'argument' || code === 'integrity' || code === 'budget');
}

/** The objections that are left after what a person endorsed. A grant that never asks is not helped by endorsements. */
export function notEndorsed(
  objections: readonly Objection[],
  grant: TaskGrant,
  facts: CallFacts,
): readonly Objection[] {
  const { call, circumstances } = facts;
  const { endorsed } = circumstances;
  if (endorsed === undefined || !objections.some((one) => canBeAsked(one, grant))) return objections;
  facts.isEndorsed ??= endorsed.call(call.tool, argsHash(call.args));
  return objections.filter((objection) => {
    if (!canBeAsked(objection, grant)) return true;
    return facts.isEndorsed !== true && !isValueEndorsed(objection, call, endorsed);
  });
}

function isValueEndorsed(objection: Objection, { tool, args }: ToolCall, endorsed: Endorsed): boolean {
  if (objection.code !== 'argument' && objection.code !== 'integrity') return false;
  const { path } = objection;
  const values = valuesAt(args, path);
  return values.length > 0 && values.every((value) => endorsed.value(tool, path, endorsable(path, value).valueHash));
}

/** None where one of them is absent: that the others are endorsed says nothing of it. */
function valuesAt(args: JsonObject, path: string): readonly Json[] {
  const parsed = parsePath(path);
  if (parsed === undefined) return [];
  const { values, absent } = readArgument(args, parsed);
  return absent ? [] : values.map(({ value }) => value);
}

function endorsable(path: string, value: Json): Endorsable {
  checkDepth(value, MAX_DEPTH);
  return { path, valueHash: digestOf(value) };
}
