import { isObject } from '../../kernel/jsonrpc.ts';
import { decimalFrom } from './decimal.ts';

/** A ledger as plain JSON. Bounded by the grants: 1,024 times or 10,000 values for each budget. */
export type LedgerState = readonly LedgerEntry[];

/** One budget of {@link LedgerState}. Sums are decimals as text, such as `25e-2`. */
export interface LedgerEntry {
  readonly grant: string;
  readonly budget: number;
  /** All that was charged without a span of time. */
  readonly total: string;
  /** What was charged within the last span of time. */
  readonly recent?: readonly LedgerMoment[];
  /** Of `distinct`: what {@link Charge} calls values. */
  readonly values?: readonly string[];
}

/** `at` in milliseconds since the epoch. */
export interface LedgerMoment {
  readonly at: number;
  readonly amount: string;
  readonly perSeconds: number;
}

/** True for what {@link createLedger} can go on from; for states that come from a file. */
export function isLedgerState(value: unknown): value is LedgerState {
  return isListOf(value, isEntry);
}

function isEntry(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { grant, budget, total, recent = [], values = [] } = value;
  if (typeof grant !== 'string' || !Number.isSafeInteger(budget) || !isAmount(total)) return false;
  return isListOf(recent, isMoment) && isListOf(values, (one) => typeof one === 'string');
}

function isMoment(value: unknown): boolean {
  if (!isObject(value)) return false;
  return Number.isFinite(value['at']) && Number(value['perSeconds']) > 0 && isAmount(value['amount']);
}

function isAmount(value: unknown): boolean {
  return typeof value === 'string' && !value.startsWith('-') && decimalFrom(value) !== undefined;
}

function isListOf(value: unknown, isOne: (one: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isOne);
}
