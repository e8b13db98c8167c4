import type { Effect, SinkKind, ToolProfile } from './tool-profile.ts';

/** What a lockfile says of one tool. */
export interface LockEntry {
  /** SHA-256 (hex) of the canonical definition. */
  readonly hash: string;
  readonly effects: readonly Effect[];
  /** By path, sorted. */
  readonly sinks: Readonly<Record<string, SinkKind>>;
  readonly output: 'trusted' | 'untrusted';
}

/** The entry of a tool: plain JSON, the same text for the same profile. */
export function lockEntryOf({ hash, effects, sinks, output }: ToolProfile): LockEntry {
  return { hash, effects, sinks, output };
}
