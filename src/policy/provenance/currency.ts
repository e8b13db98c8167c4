const SIGNS: Readonly<Record<string, string>> = { $: 'usd', '€': 'eur', '£': 'gbp', '¥': 'jpy', '₹': 'inr' };
const WORDS: ReadonlyMap<string, string> = new Map([
  ['dollar', 'usd'],
  ['euro', 'eur'],
  ['pound', 'gbp'],
  ['yen', 'jpy'],
  ['rupee', 'inr'],
  ['franc', 'chf'],
]);

const BEFORE = /(?<![\p{L}\p{N}$€£¥₹])(?:([A-Z]{3}) ?|(US)?([$€£¥₹]) ?)\d/gu;
const AFTER = /\d ?(?:([A-Z]{3})(?![\p{L}\p{N}])|([$€£¥₹])|(dollar|euro|pound|yen|rupee|franc)s?(?![\p{L}\p{N}]))/gu;

/**
 * The currencies beside the numbers of a request, as codes in lower case: `50 EUR`, `€50`, `50 euros`. A sign or word that
 * several countries use means the one that most mean by it and no other: for `A$50` or `Canadian dollars` somebody is asked.
 */
export function currenciesIn(text: string): ReadonlySet<string> {
  const found = new Set<string>();
  const add = (code: string | undefined): void => {
    if (code !== undefined) found.add(code.toLowerCase());
  };
  for (const [, code, , sign = ''] of text.matchAll(BEFORE)) add(code ?? signOf(sign));
  for (const [, code, sign = '', word = ''] of text.matchAll(AFTER)) add(code ?? signOf(sign) ?? WORDS.get(word));
  return found;
}

function signOf(sign: string): string | undefined {
  return Object.hasOwn(SIGNS, sign) ? SIGNS[sign] : undefined;
}
