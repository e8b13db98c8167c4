/** `merlon/controls`: the 20 controls as data, for programs that report or map them. */
export { controlOf, controls, parseControlId } from './catalogue.ts';
export {
  type Control,
  type ControlId,
  controlIds,
  type Priority,
  type Reference,
  type Scheme,
  type Verification,
} from './control.ts';
export { type Language, languages, type Text } from '../kernel/text.ts';
export { priorityWords, schemeWords, verificationWords } from './words.ts';
