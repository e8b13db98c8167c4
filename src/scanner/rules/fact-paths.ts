import type { PartName } from '../facts/index.ts';
import { factShapes } from './fact-shapes.ts';
import type { Shape } from './shape.ts';

/** One path into a part's facts. */
export interface FactPath {
  readonly path: string;
  /** What is there: `text`, `number`, `true or false`, `anything`, or words with `|` between. */
  readonly holds: string;
  /** True where it may not have been seen: then a rule is neither kept nor broken. */
  readonly mayBeBlind: boolean;
}

/** The parts, in the order in which people meet them. */
export const partNames = Object.keys(factShapes) as readonly PartName[];

/** Every path of a part that leads to a value. In place of `KEY` stands any key. */
export function factPaths(part: PartName): readonly FactPath[] {
  return pathsBelow(factShapes[part], '', false);
}

function pathsBelow(shape: Shape, path: string, mayBeBlind: boolean): readonly FactPath[] {
  if (typeof shape === 'string') return [{ path, holds: shape === 'flag' ? 'true or false' : shape, mayBeBlind }];
  if ('oneOf' in shape) return [{ path, holds: Object.keys(shape.oneOf).join(' | '), mayBeBlind }];
  if ('look' in shape) return pathsBelow(shape.look, path, true);
  if ('list' in shape) return pathsBelow(shape.list, `${path}[*]`, mayBeBlind);
  if ('map' in shape) return pathsBelow(shape.map, `${path}['KEY']`, mayBeBlind);
  return Object.entries(shape.fields).flatMap(([key, inner]) => pathsBelow(inner, joined(path, key), mayBeBlind));
}

function joined(path: string, key: string): string {
  if (!/^[A-Za-z_][\w-]*$/.test(key)) return `${path}['${key}']`;
  return path === '' ? key : `${path}.${key}`;
}
