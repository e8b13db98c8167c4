import { hash } from 'node:crypto';
import { isObject } from '../../kernel/jsonrpc.ts';
import { MerlonError, type Place } from '../../kernel/errors.ts';
import type { Cedar, CedarError, ParseAnswer } from './cedar.ts';
import { type Inspected, inspectPolicy } from './inspect-policy.ts';

/** A policy of the organisation, read. */
export interface Policy extends Inspected {
  /** Its `@id`, or `policy1`, `policy2`, … in the order of the file. */
  readonly id: string;
  readonly text: string;
}

/** Texts with the files that they stand in. */
export interface PolicyTexts {
  /** Policies in Cedar's language. */
  readonly policies: string;
  /** What the policies are called in errors. */
  readonly file: string;
  /** A Cedar schema (in Cedar's own notation) that the policies must be valid under. */
  readonly schema?: string | undefined;
}

/**
 * Reads policies, and refuses those that could not do what they say.
 * @throws MerlonError GUARDRAIL_INVALID with line and column
 */
export function readPolicies(texts: PolicyTexts, cedar: Cedar): Policy[] {
  const { policies: text, file } = texts;
  check(cedar.checkParsePolicySet({ staticPolicies: text }), text, file);
  const { policies: parts = [], policy_templates: templates = [], ...answer } = cedar.policySetTextToParts(text);
  check(answer, text, file);
  if (templates.length > 0) throw invalid('A template applies to nothing here.', { file, line: 1, column: 1 });
  let from = 0;
  const policies = parts.map((part, index) => {
    const start = Math.max(0, text.indexOf(part, from));
    from = start + part.length;
    return readPolicy(part, index, placeAt(text, start, file), cedar);
  });
  checkTogether(policies, file);
  checkSchema(policies, texts, cedar);
  return policies;
}

function readPolicy(text: string, index: number, place: Place, cedar: Cedar): Policy {
  const { json } = cedar.policyToJson(text);
  const inspected = inspectPolicy(json);
  const [problem] = inspected.problems;
  if (problem !== undefined) throw invalid(problem, place);
  const annotations = isObject(json) && isObject(json['annotations']) ? json['annotations'] : {};
  return { ...inspected, text, id: typeof annotations['id'] === 'string' ? annotations['id'] : `policy${index + 1}` };
}

function checkTogether(policies: readonly Policy[], file: string): void {
  const place = { file, line: 1, column: 1 };
  if (new Set(policies.map(({ id }) => id)).size < policies.length)
    throw invalid('Two policies have the same @id.', place);
  const decimal = pathsOf(policies, 'decimal');
  for (const path of pathsOf(policies, 'long')) {
    // One number cannot be written in both forms.
    if (decimal.has(path)) throw invalid('An argument is compared with whole numbers and with decimals.', place);
  }
}

function pathsOf(policies: readonly Policy[], type: 'decimal' | 'long'): Set<string> {
  const all = policies.flatMap(({ expectations }) => [...expectations]);
  return new Set(all.filter(([, types]) => types.has(type)).map(([path]) => path));
}

function checkSchema(policies: readonly Policy[], { schema, file }: PolicyTexts, cedar: Cedar): void {
  if (schema === undefined) return;
  const staticPolicies = Object.fromEntries(policies.map(({ id, text }) => [id, text]));
  const answer = cedar.validate({ schema, policies: { staticPolicies } });
  const [wrong] = answer.validationErrors ?? [];
  const place = { file, line: 1, column: 1 };
  if (wrong !== undefined) throw invalid(`${JSON.stringify(wrong.policyId)}: ${oneLine(wrong.error)}`, place);
  if (answer.type === 'failure') throw invalid(`The schema: ${oneLine(answer.errors?.[0])}`, place);
}

function check({ type, errors }: ParseAnswer, text: string, file: string): void {
  if (type === 'success') return;
  const [first] = errors ?? [];
  const start = first?.sourceLocations?.[0]?.start ?? 0;
  throw invalid(oneLine(first), placeAt(text, Buffer.from(text).subarray(0, start).toString().length, file));
}

function oneLine(error: CedarError | undefined): string {
  return (error?.message ?? 'it cannot be read').replaceAll(/\s+/g, ' ').slice(0, 300);
}

function placeAt(text: string, offset: number, file: string): Place {
  const before = text.slice(0, offset).split('\n');
  return { file, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

function invalid(message: string, place: Place): MerlonError {
  return new MerlonError('GUARDRAIL_INVALID', message, { place });
}

/** A name that is the same for the same policies: what is parsed once is kept under it. */
export function nameOf(policies: readonly Policy[]): string {
  return hash('sha256', JSON.stringify(policies.map(({ id, text }) => [id, text])), 'hex');
}
