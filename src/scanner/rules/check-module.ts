import { controlIds } from '../../controls/control.ts';
import { MerlonError } from '../../kernel/errors.ts';
import type { Text } from '../../kernel/text.ts';
import { type Answer, type AnyCheck, outcomes, severities, unseen } from '../check.ts';
import { blind } from '../look.ts';
import { factShapes } from './fact-shapes.ts';

/** Most checks of a module. */
const MAX_CHECKS = 500;
/** Most answers of a check of a module. */
const MAX_ANSWERS = 10_000;

type Fields = Readonly<Record<string, unknown>>;

/**
 * Takes the checks out of a module that somebody named. Its code runs with all rights of the scan; that is why only
 * modules are loaded that are named one by one.
 * @throws MerlonError CHECK_MODULE_INVALID
 */
export function readCheckModule(module: unknown, file: string): readonly AnyCheck[] {
  const checks = isMap(module) ? module['checks'] : undefined;
  if (!Array.isArray(checks) || checks.length === 0 || checks.length > MAX_CHECKS) {
    throw invalid(file, `exports no list \`checks\` of 1 to ${MAX_CHECKS} checks`);
  }
  return checks.map((check: unknown, index) => readCheck(check, `${file}: checks[${index}]`));
}

function readCheck(check: unknown, name: string): AnyCheck {
  if (!isMap(check)) throw invalid(name, 'is no check');
  const { id, control, part, severity, title, remedy, basis, ask } = check;
  if (typeof id !== 'string' || !/^[a-z0-9]+(-[a-z0-9]+)+$/.test(id)) throw invalid(name, 'has no id such as my-check');
  if (!isOneOf(control, controlIds)) throw invalid(name, 'has no control from C01 to C20');
  if (!isOneOf(part, Object.keys(factShapes))) throw invalid(name, 'has no part that there is');
  if (!isOneOf(severity, severities)) throw invalid(name, `has no severity of ${severities.join(', ')}`);
  if (!isText(title) || !isText(remedy)) throw invalid(name, 'has no title or remedy with en and zh');
  if (basis !== undefined && basis !== 'seen' && basis !== 'told')
    throw invalid(name, 'has a basis other than seen, told');
  if (typeof ask !== 'function') throw invalid(name, 'has no function ask');
  const inner = ask as (...args: readonly unknown[]) => unknown;
  // Everything of it has been looked at, but what it answers: that is looked at each time.
  return {
    ...check,
    ask: (...args: readonly unknown[]) => checked(inner.apply(check, [...args])),
  } as unknown as AnyCheck;
}

/** Anything that is no answer is none: the question then counts as not looked at. */
function checked(answers: unknown): Answer | readonly Answer[] {
  const list: readonly unknown[] = Array.isArray(answers) ? answers : [answers];
  if (list.length <= MAX_ANSWERS && list.every(isAnswer)) return list;
  return unseen(blind('error', 'The check gave something that is no answer.', '该检查给出的内容不是有效的回答。'));
}

function isAnswer(answer: unknown): answer is Answer {
  if (!isMap(answer)) return false;
  const { outcome, subject, evidence, severity, remedy } = answer;
  return (
    isOneOf(outcome, outcomes) &&
    (subject === undefined || typeof subject === 'string') &&
    (severity === undefined || isOneOf(severity, severities)) &&
    (remedy === undefined || isText(remedy)) &&
    Array.isArray(evidence) &&
    evidence.length > 0 &&
    evidence.every((one) => isMap(one) && isText(one['seen']) && (one['where'] === undefined || isWhere(one['where'])))
  );
}

function isWhere(value: unknown): boolean {
  if (!isMap(value)) return false;
  const { file, url, probe, path, line, column } = value;
  return (
    [file, url, probe].every((one) => one === undefined || typeof one === 'string') &&
    [line, column].every((one) => one === undefined || Number.isSafeInteger(one)) &&
    (path === undefined || (Array.isArray(path) && path.every((key) => typeof key === 'string')))
  );
}

function isText(value: unknown): value is Text {
  if (!isMap(value)) return false;
  const { en, zh } = value;
  return typeof en === 'string' && en !== '' && typeof zh === 'string' && zh !== '';
}

function isOneOf(value: unknown, words: readonly string[]): boolean {
  return typeof value === 'string' && words.includes(value);
}

function isMap(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(name: string, what: string): MerlonError {
  return new MerlonError('CHECK_MODULE_INVALID', `${name} ${what}.`);
}
