import type { Spent } from './call-decision.ts';
import { MOST_DISTINCT } from './compile-grants.ts';
import { type Decimal, decimalFrom, decimalOf, decimalText, plus, roundedUp, zero } from './decimal.ts';
import type { LedgerEntry, LedgerState } from './ledger-state.ts';
import { nothingRecent, recall, type Recent, remember, usedWithin } from './recent.ts';
import type { Charge } from './task-grant.ts';

/**
 * What one task has used of its budgets. A budget is the id of its grant and its index there ({@link Charge}), nothing
 * else: a grant with another bound under the same id goes on with what was used, one with another id starts anew, see
 * {@link keepsBudgets}.
 */
export interface Ledger extends Spent {
  /** Takes charges from the budgets. What is charged is never given back, except by time where a budget has a span. */
  charge(charges: readonly Charge[]): void;
  /** All of it, as plain JSON; {@link createLedger} of it goes on as if nothing had happened. */
  state(): LedgerState;
}

interface Account {
  readonly grant: string;
  readonly budget: number;
  total: Decimal;
  /** By span of time, seconds; a budget has one, unless its grant was changed. */
  readonly recent: Map<number, Recent>;
  readonly values: Set<string>;
  /** The last sum that was read, and rounded. */
  read?: { readonly sum: Decimal; readonly rounded: number };
}

const noValues: ReadonlySet<string> = new Set<string>();

/**
 * Makes a ledger, empty or from what {@link Ledger.state} returned. Sums are kept as exact decimals and read rounded
 * up. A clock that jumps back gives nothing back: what was charged later than now counts as charged just now.
 */
export function createLedger(state: LedgerState = []): Ledger {
  const accounts: Accounts = new Map();
  for (const entry of state) put(accounts, accountOf(entry));
  return {
    used(grant, budget, now, perSeconds) {
      const account = accounts.get(grant)?.get(budget);
      return account === undefined ? 0 : usedOf(account, now, perSeconds);
    },
    values(grant, budget) {
      return accounts.get(grant)?.get(budget)?.values ?? noValues;
    },
    charge(charges) {
      for (const charge of charges) {
        const { grant, budget } = charge;
        chargeTo(accounts.get(grant)?.get(budget) ?? put(accounts, emptyAccount(grant, budget)), charge);
      }
    },
    state() {
      return [...accounts.values()].flatMap((byBudget) => [...byBudget.values()].map(entryOf));
    },
  };
}

type Accounts = Map<string, Map<number, Account>>;

function put(accounts: Accounts, account: Account): Account {
  const byBudget = accounts.get(account.grant) ?? new Map<number, Account>();
  accounts.set(account.grant, byBudget);
  byBudget.set(account.budget, account);
  return account;
}

function emptyAccount(grant: string, budget: number): Account {
  return { grant, budget, total: zero, recent: new Map(), values: new Set() };
}

function chargeTo(account: Account, { at, amount, perSeconds, values }: Charge): void {
  if (perSeconds === undefined || !Number.isFinite(at)) account.total = plus(account.total, decimalOf(amount));
  else remember(recentOf(account, perSeconds), at, decimalOf(amount), perSeconds);
  for (const value of values ?? []) if (account.values.size < MOST_DISTINCT) account.values.add(value);
}

function recentOf({ recent }: Account, perSeconds: number): Recent {
  const found = recent.get(perSeconds) ?? nothingRecent();
  recent.set(perSeconds, found);
  return found;
}

/** What was charged without a span, or with another one, counts in any: fewer calls are better than more. */
function usedOf(account: Account, now: number, perSeconds: number | undefined): number {
  let sum = account.total;
  for (const [span, one] of account.recent) {
    const counted = perSeconds === undefined ? Infinity : Math.max(span, perSeconds);
    const used = usedWithin(one, now, counted);
    sum = sum.digits === 0n ? used : plus(sum, used);
  }
  if (account.read?.sum === sum) return account.read.rounded;
  const rounded = roundedUp(sum);
  account.read = { sum, rounded };
  return rounded;
}

function accountOf({ grant, budget, total, recent = [], values = [] }: LedgerEntry): Account {
  const account = emptyAccount(grant, budget);
  account.total = decimalFrom(total) ?? zero;
  for (const [perSeconds, moments] of Map.groupBy(recent, (one) => one.perSeconds)) {
    const used = moments.map(({ at, amount }) => ({ at, amount: decimalFrom(amount) ?? zero }));
    recall(recentOf(account, perSeconds), used);
  }
  for (const value of values) account.values.add(value);
  return account;
}

function entryOf({ grant, budget, total, recent, values }: Account): LedgerEntry {
  const moments = [...recent].flatMap(([perSeconds, { moments: those }]) =>
    those.map(({ at, amount }) => ({ at, amount: decimalText(amount), perSeconds })),
  );
  return {
    grant,
    budget,
    total: decimalText(total),
    ...(moments.length === 0 ? {} : { recent: moments }),
    ...(values.size === 0 ? {} : { values: [...values] }),
  };
}
