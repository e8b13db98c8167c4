import { exactNumber } from '../../kernel/exact-number.ts';
import { isExactNumber, type Json } from '../../kernel/jsonrpc.ts';

/**
 * The double that says exactly what a JSON number says; undefined for anything else, and for numbers that only their
 * own text can say. The parser keeps `42.0` as text or as 42, depending on what else stands in the message.
 */
export function doubleOf(value: Json | undefined): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (!isExactNumber(value)) return undefined;
  const text = JSON.stringify(value);
  const double = Number(text);
  const exact = exactNumber(text);
  return exact !== undefined && exactNumber(String(double)) === exact ? double : undefined;
}
