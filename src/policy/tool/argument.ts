import { wordsOf } from '../../kernel/tool-like.ts';
import { type Parameter, shapesOf } from '../../kernel/tool-parameters.ts';

/** An argument of a tool, as the rules for sinks read it. */
export interface Argument {
  readonly path: string;
  readonly name: string;
  /** Words of its name in lower case and singular; of a name like `id`, with those of what it is in. */
  readonly words: readonly string[];
  /** The word that says what it is: `id` of `file_id`, `address` of `emailAddress1`. */
  readonly head: string;
  /** The beginning of its own description, in lower case. */
  readonly said: string;
  readonly formats: ReadonlySet<string>;
  /** Any text or any object may stand here, rather than numbers, yes or no, or one of some values. */
  readonly isFree: boolean;
  readonly isNumber: boolean;
  /** True for yes or no, and for one of some values that the server listed. */
  readonly isClosed: boolean;
  /** Nothing but objects may stand here, of which nothing is said. */
  readonly isObject: boolean;
  /** True for one of a pair: beside `from` or `source`, `to` need not be anybody. */
  readonly isPaired: boolean;
  /** False for a name with letters that these rules cannot read; it may look like another one. */
  readonly isReadable: boolean;
}

const SAID = 300;

/** The arguments that there are among parameters; those that only hold others are none. */
export function argumentsOf(root: unknown, parameters: readonly Parameter[]): readonly Argument[] {
  const sources = new Set(parameters.filter(({ name }) => /^(?:from|source|src)$/i.test(name)).map(besideOf));
  return parameters.flatMap((one) => argumentOf(root, one, sources.has(besideOf(one))) ?? []);
}

function besideOf({ path, name }: Parameter): string {
  return path.slice(0, path.length - name.length);
}

function argumentOf(
  root: unknown,
  { path, name, description, schema }: Parameter,
  isPaired: boolean,
): Argument | undefined {
  const shapes = shapesOf(root, schema);
  if (shapes.length === 0) return undefined;
  const own = singularWords(name);
  const words = own.length === 1 && GENERIC.has(own[0] ?? '') ? [...singularWords(parentOf(path)), ...own] : own;
  const types = shapes.map(({ schema: { type } }) => type);
  const isClosed = shapes.every(
    ({ schema: one }) => one['type'] === 'boolean' || Object.hasOwn(one, 'enum') || Object.hasOwn(one, 'const'),
  );
  const isNumber = types.every((type) => type === 'number' || type === 'integer');
  const formats = new Set(
    shapes.map(({ schema: { format } }) => format).filter((format) => typeof format === 'string'),
  );
  return {
    path,
    name,
    words,
    head: headOf(words),
    said: description.slice(0, SAID).toLowerCase().replaceAll(/\s+/g, ' ').trim(),
    formats,
    isFree: !isClosed && !isNumber,
    isNumber,
    isClosed,
    isObject: types.every((type) => type === 'object'),
    isPaired,
    isReadable: /^[\x20-\x7e]+$/.test(name.normalize('NFKC')) && own.length > 0,
  };
}

/** Names that say nothing without what they are in: `recipients[].address`, `file.id`. */
const GENERIC = new Set(['id', 'name', 'value', 'address', 'key', 'uri', 'type', 'number', 'date', 'time', 'username']);
/** Words at the end that say how something is given, not what. */
const FORMS = new Set(['list', 'array', 'string', 'str', 'param', 'arg', 'input', 'value', 'json', 'csv']);

function parentOf(path: string): string {
  return path.replaceAll('[]', '').split('.').at(-2) ?? '';
}

function headOf(words: readonly string[]): string {
  const kept = words.length > 1 && FORMS.has(words.at(-1) ?? '') ? words.slice(0, -1) : words;
  return kept.at(-1) ?? '';
}

/** The words of a name in lower case, singular and without numbers at their end. */
export function singularWords(name: string): readonly string[] {
  return wordsOf(name.slice(0, 256).normalize('NFKC')).map((word) => singular(word.replace(/(?<=\p{L})\d{1,3}$/u, '')));
}

/** `addresses`, `entities`, `files` without the plural; other words as they are. */
export function singular(word: string): string {
  if (word.length < 3) return word;
  if (/[^aeiou]ies$/.test(word)) return `${word.slice(0, -3)}y`;
  if (/(?:ss|sh|ch|x|z)es$/.test(word)) return word.slice(0, -2);
  if (/(?:ss|us|is|https|dns|gps|sms|alias|atlas|canvas|bias|kubernetes|news)$/.test(word)) return word;
  return word.endsWith('s') ? word.slice(0, -1) : word;
}
