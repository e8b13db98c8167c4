import type { Shape } from '../../clients/client.ts';
import type { Change } from '../../clients/edit.ts';
import { pathOfServer } from '../../clients/our-entry.ts';
import type { ServerEntry } from '../../clients/read.ts';
import type { Step as PathStep } from '../../clients/walk.ts';

/** The steps that lead to a server, in the place where it stands: Claude Code keeps some below projects. */
export function stepsTo(entry: ServerEntry, shape: Shape): PathStep[] {
  return shape.collection === 'list' ? pathOfServer(shape, entry.name) : [...entry.path];
}

/** What stands in an entry under a key; undefined where nothing does. */
export function rawAt(entry: ServerEntry, path: readonly string[]): unknown {
  return path.reduce<unknown>((at, key) => {
    const isMap = typeof at === 'object' && at !== null && !Array.isArray(at);
    return isMap && Object.hasOwn(at, key) ? (at as Record<string, unknown>)[key] : undefined;
  }, entry.raw);
}

/** The change that gives a server other arguments; in a list that holds the program too, that list. */
export function withArguments(entry: ServerEntry, shape: Shape, args: readonly string[]): Change[] {
  const { stdio } = shape;
  const { command = '' } = entry;
  const isList = Array.isArray(rawAt(entry, [stdio.command]));
  const key = isList ? stdio.command : (stdio.args ?? 'args');
  return [{ set: [...stepsTo(entry, shape), key], to: isList ? [command, ...args] : args }];
}
