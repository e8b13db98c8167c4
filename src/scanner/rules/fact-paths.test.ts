import { describe, expect, it } from 'vitest';
import type { Look } from '../look.ts';
import { factPaths, partNames } from './fact-paths.ts';
import { factShapes } from './fact-shapes.ts';
import { readPath } from './path.ts';
import type { ShapeOf } from './shape.ts';

describe('the paths of a part', () => {
  it.each(partNames)('of %s are paths that a rule can name', (part) => {
    const shape = factShapes[part];
    const paths = factPaths(part);
    expect(paths.length).toBeGreaterThan(3);
    for (const { path } of paths)
      expect(readPath(path, { element: shape, root: shape }), path).toMatchObject({ text: path });
  });

  it('say what is there and whether it may not have been seen', () => {
    const transport = new Map(factPaths('transport').map((one) => [one.path, one]));
    expect(transport.get('scheme')).toMatchObject({ holds: 'http | https', mayBeBlind: false });
    expect(transport.get("tls.versions['TLSv1.1'].accepted")).toMatchObject({
      holds: 'true or false',
      mayBeBlind: true,
    });
    expect(factPaths('config').map(({ path }) => path)).toContain("settings['KEY'].value");
  });
});

describe('a shape', () => {
  interface Facts {
    readonly name: string;
    readonly seen: Look<readonly number[]>;
  }
  const whole = { fields: { name: 'text', seen: { look: { list: 'number' } } } } as const;

  it('does not compile when a field is missing, is another thing, or loses its look', () => {
    expect([whole] satisfies ShapeOf<Facts>[]).toHaveLength(1);
    // @ts-expect-error: `seen` is missing
    expect([{ fields: { name: 'text' } }] satisfies ShapeOf<Facts>[]).toHaveLength(1);
    // @ts-expect-error: `name` is no number
    expect([{ fields: { ...whole.fields, name: 'number' } }] satisfies ShapeOf<Facts>[]).toHaveLength(1);
    // @ts-expect-error: `seen` may be blind
    expect([{ fields: { ...whole.fields, seen: { list: 'number' } } }] satisfies ShapeOf<Facts>[]).toHaveLength(1);
  });
});
