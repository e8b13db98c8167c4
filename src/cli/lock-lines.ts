import { showable } from '../detect/showable.ts';
import type { LockEntry } from '../policy/tool/lock-entry.ts';
import type { LockChange } from '../policy/tool/lockfile.ts';

/** What has changed, for people: `+` is new, `-` is gone, `~` is another. Names are attacker-controlled. */
export function lockLines(changes: readonly LockChange[]): readonly string[] {
  return changes.flatMap((change) => {
    const name = showable(change.tool);
    if (change.kind === 'added') return [`+ ${name}: ${summary(change.now)}`];
    if (change.kind === 'removed') return [`- ${name}`];
    return [`~ ${name}`, ...differences(change.before, change.now).map((line) => `    ${line}`)];
  });
}

function summary({ effects, sinks, output }: LockEntry): string {
  const places = Object.entries(sinks).map(([path, kind]) => `${showable(path)} is ${kind}`);
  return [effects.join(', '), ...places, ...(output === 'trusted' ? ['output trusted'] : [])].join('; ');
}

function differences(before: LockEntry, now: LockEntry): readonly string[] {
  const lines: string[] = [];
  if (before.hash !== now.hash) lines.push(`definition ${before.hash.slice(0, 12)} -> ${now.hash.slice(0, 12)}`);
  const [old, fresh] = [before.effects.join(', '), now.effects.join(', ')];
  if (old !== fresh) lines.push(`effects ${old} -> ${fresh}`);
  for (const path of [...new Set([...Object.keys(before.sinks), ...Object.keys(now.sinks)])].toSorted()) {
    const [was, is] = [kindAt(before, path), kindAt(now, path)];
    if (was !== is) lines.push(`${showable(path)} ${was} -> ${is}`);
  }
  if (before.output !== now.output) lines.push(`output ${before.output} -> ${now.output}`);
  return lines;
}

function kindAt({ sinks }: LockEntry, path: string): string {
  return Object.hasOwn(sinks, path) ? (sinks[path] ?? 'plain') : 'plain';
}
