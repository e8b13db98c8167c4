import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../../src/kernel/jsonrpc.ts';

/** A call that was recorded, with what it returned. */
export interface RecordedCall {
  readonly function: string;
  readonly args: JsonObject;
  readonly output: string;
  readonly error?: string | null;
  /** Parts of the environment that it changed. */
  readonly mutates: readonly string[];
}

/** Tools, what users ask of them, and what is injected into what they return. */
export interface Suite {
  readonly suite: string;
  readonly tools: readonly {
    readonly name: string;
    readonly description: string;
    readonly inputSchema: JsonObject;
    readonly observed_mutates: readonly string[];
  }[];
  /** Name of a place to the harmless text that stands there. */
  readonly injection_vectors: Readonly<Record<string, string>>;
  readonly user_tasks: readonly {
    readonly id: string;
    readonly prompt: string;
    readonly calls: readonly RecordedCall[];
    readonly injection_exposure: readonly { readonly call: number; readonly vectors: readonly string[] }[];
  }[];
  readonly injection_tasks: readonly {
    readonly id: string;
    readonly goal: string;
    readonly calls: readonly RecordedCall[];
  }[];
}

/** Every suite in a folder or in its folder `agentdojo`: each JSON file with tools, user tasks and injection tasks. */
export function suitesIn(folder: string): readonly Suite[] {
  const inner = join(folder, 'agentdojo');
  const from = existsSync(inner) ? inner : folder;
  if (!existsSync(from)) return [];
  const files = readdirSync(from).filter((name) => name.endsWith('.json'));
  return files.sort().flatMap((name) => {
    const read: unknown = JSON.parse(readFileSync(join(from, name), 'utf8'));
    return isSuite(read) ? [read] : [];
  });
}

function isSuite(value: unknown): value is Suite {
  if (typeof value !== 'object' || value === null) return false;
  return ['tools', 'user_tasks', 'injection_tasks'].every((key) =>
    Array.isArray((value as Record<string, unknown>)[key]),
  );
}
