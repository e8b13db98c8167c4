// JSON's own grammar.
const NUMBER = /^(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]{1,15}))?$/;
const MOST_CHARACTERS = 400;

/**
 * One text for each number, whatever the way of writing it: `42`, `42.0` and `4.2e1` are all `42e0`, digit by digit and
 * without a double in between. `undefined` for text that is no JSON number, is longer than 400 characters, or has an
 * exponent of more than 15 digits.
 */
export function exactNumber(source: string): string | undefined {
  if (source.length > MOST_CHARACTERS) return undefined;
  const parts = NUMBER.exec(source);
  if (parts === null) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = parts;
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0e0';
  return `${sign}${significant}e${Number(exponent) - fraction.length + digits.length - significant.length}`;
}
