import { hash } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';
import type { Json } from './jsonrpc.ts';

/** SHA-256 (hex) of the canonical text of plain data: the same for data that means the same. */
export function digestOf(value: Json): string {
  return hash('sha256', canonicalJson(value));
}
