import type { Scalar } from '../../policy/constraint/constraint.ts';
import { type Source, type Sources, sources } from '../../policy/provenance/source.ts';
import type { TaskMemory } from './engine.ts';

/** What tasks have seen, for a bounded number of tasks: the one that was used least recently gives way. */
export interface Memories {
  /** The memory of a task, made anew when there is none; `isForgotten` where it had one. */
  of(id: string, make: (isForgotten: boolean) => TaskMemory): TaskMemory;
  /** True when the task had one that is gone: what is not known to it then may have been a stranger's. */
  isForgotten(id: string): boolean;
  drop(id: string): void;
}

/** @param most tasks that are remembered */
export function createMemories(most: number): Memories {
  const known = new Map<string, TaskMemory>();
  const forgotten = new Set<string>();
  return {
    of(id, make) {
      const memory = known.get(id) ?? make(forgotten.has(id));
      known.delete(id);
      known.set(id, memory);
      const [oldest] = known.keys();
      if (known.size > most && oldest !== undefined) {
        known.delete(oldest);
        forgotten.add(oldest);
      }
      return memory;
    },
    isForgotten: (id) => forgotten.has(id),
    drop(id) {
      known.delete(id);
      forgotten.delete(id);
    },
  };
}

/**
 * What a whole chain of tasks knows of a value: the worst that any of them says. A part of a task is opened by a program
 * that may have been led astray, so what it calls the user's request proves nothing to the task above.
 */
export function worstOf(all: readonly Sources[]): Sources {
  return {
    exposed: all.some(({ exposed }) => exposed),
    sourceOf(value: Scalar, kind, tool, path): Source {
      const ranks = all.map((one) => sources.indexOf(one.sourceOf(value, kind, tool, path)));
      return sources[Math.max(...ranks)] ?? 'untrusted';
    },
  };
}
