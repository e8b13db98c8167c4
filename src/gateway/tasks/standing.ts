import { canonicalJson } from '../../kernel/canonical-json.ts';
import { decimalText, zero } from '../../policy/grant/decimal.ts';
import type { LedgerState } from '../../policy/grant/ledger-state.ts';
import type { Task } from '../../policy/task/task.ts';
import type { Kept } from './task-state.ts';

type Who = Pick<Task, 'principal' | 'role' | 'type'>;

/** The last standing task of each principal, role and type, open or not. */
export interface StandingTasks {
  idOf(who: Who): string | undefined;
  /** Takes note of one; an older one does not take the place of a younger. */
  remember(task: Task): void;
  forget(task: Task): void;
}

/** Makes an empty {@link StandingTasks}. */
export function createStandingTasks(): StandingTasks {
  const last = new Map<string, { readonly id: string; readonly openedAt: number }>();
  return {
    idOf: (who) => last.get(standingKey(who))?.id,
    remember(task) {
      const key = standingKey(task);
      const { id, openedAt } = task;
      const known = last.get(key);
      if (known === undefined || known.openedAt <= openedAt) last.set(key, { id, openedAt });
    },
    forget(task) {
      const key = standingKey(task);
      if (last.get(key)?.id === task.id) last.delete(key);
    },
  };
}

/** The same text for the same principal, role and type. */
export function standingKey({ principal, role, type }: Who): string {
  return canonicalJson([principal, role, type]);
}

/** What is left of a ledger when everything begins anew but what rolls. */
export function rolling(lines: LedgerState): LedgerState {
  return lines.flatMap(({ grant, budget, recent }) =>
    recent === undefined || recent.length === 0 ? [] : [{ grant, budget, total: decimalText(zero), recent }],
  );
}

/** True for an ended standing task whose end or whose budgets bind the next one of its role. */
export function isStillNeeded({ task, standing, ledger }: Kept, now: number): boolean {
  if (!standing) return false;
  const spans = rolling(ledger.state()).flatMap(({ recent = [] }) => recent);
  return now < Math.max(task.expiresAt, ...spans.map(({ at, perSeconds }) => at + perSeconds * 1_000));
}
