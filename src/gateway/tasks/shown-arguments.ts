import { isExactNumber, isObject, type Json } from '../../kernel/jsonrpc.ts';

/** How much of a text is shown, characters; tried one after the other until all arguments fit. */
const LENGTHS = [2_048, 1_024, 512, 256, 128, 64, 32];
/** Items of a list that are shown, for each character of a text. */
const ITEMS = 1 / 16;

/**
 * The (attacker-controlled) arguments of a call as JSON of at most about `most` characters, for somebody to say yes to.
 * Long texts and lists are cut one by one, and it is said by how much, so that no filler pushes another argument out of
 * sight. Only where there are too many arguments is the end missing, and that is said as well.
 */
export function shownArguments(args: Json, most: number): string {
  const whole = JSON.stringify(args);
  if (whole.length <= most) return whole;
  const cut = LENGTHS.map((length) => JSON.stringify(shortened(args, length)));
  const fits = cut.find((text) => text.length <= most);
  const least = cut.at(-1) ?? whole;
  return fits ?? `${least.slice(0, most)}[cut: there are more arguments]`;
}

function shortened(value: Json, length: number): Json {
  if (typeof value === 'string') return cutText(value, length);
  if (Array.isArray(value)) {
    const shown = value.slice(0, Math.ceil(length * ITEMS)).map((item: Json) => shortened(item, length));
    return shown.length === value.length ? shown : [...shown, `[cut: ${value.length - shown.length} items]`];
  }
  if (!isObject(value)) return isExactNumber(value) ? cutNumber(value, length) : value;
  // Keys that are cut must not fall together: what stands under the second would take the place of the first.
  const entries = Object.entries(value).map(([key, item], index): [string, Json] => [
    key.length > length ? `${cutText(key, length)}[${index}]` : key,
    shortened(item ?? null, length),
  ]);
  return Object.fromEntries(entries);
}

function cutText(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)}[cut: ${text.length - length} characters]`;
}

function cutNumber(value: Json, length: number): Json {
  const text = JSON.stringify(value);
  return text.length <= length ? value : cutText(text, length);
}
