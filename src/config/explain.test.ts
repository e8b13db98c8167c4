import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { faults, load, TLS } from '../../test/config.ts';
import { configJsonSchema, isSchema, type Schema, typeOf } from './json-schema.ts';
import { editDistance } from '../kernel/nearest.ts';

interface Spot {
  readonly path: readonly (string | number)[];
  readonly schema: Schema;
  /** Chooses among the kinds of provider. */
  readonly type: string | undefined;
}

// Every key that the schema knows, at a path as a file would have it.
function* spots(schema: Schema, path: Spot['path'] = [], type?: string): Generator<Spot> {
  for (const [key, child] of Object.entries(schema.properties ?? {})) {
    if (isSchema(child)) yield* spot(child, [...path, key], type);
  }
  if (isSchema(schema.additionalProperties)) yield* spot(schema.additionalProperties, [...path, 'name'], type);
  if (isSchema(schema.items)) {
    const kinds = schema.items.oneOf;
    for (const kind of kinds ?? [schema.items]) {
      yield* spot(kind, [...path, 0], kinds === undefined ? type : String(typeOf(kind)));
    }
  }
}
function* spot(schema: Schema, path: Spot['path'], type: string | undefined): Generator<Spot> {
  yield { path, schema, type };
  yield* spots(schema, path, type);
}
const everySpot = [...spots(configJsonSchema())];
const label = ({ path, type }: Spot) => `${path.join('.')}${type === undefined ? '' : ` of ${type}`}`;

// A value that the schema refuses, whatever the key.
function wrongValue({ type, const: only }: Schema): string {
  return type === 'string' && only === undefined ? '5' : type === 'array' || type === 'object' ? '7' : '"nonsense"';
}

interface Written {
  readonly text: string;
  readonly line: number;
  readonly keyColumn: number;
  readonly valueColumn: number;
}

// A file with `value` at the path, and a comment before every key.
function write({ path, type }: Pick<Spot, 'path' | 'type'>, value: string, indent: number): Written {
  const lines: string[] = [];
  let column = 0;
  let pending = '';
  for (const [index, step] of path.entries()) {
    const last = index === path.length - 1;
    const lead = pending || ' '.repeat(column);
    if (typeof step === 'number') {
      pending = `${lead}- `;
      column += 2;
      const choosing = type !== undefined && !last && path[index + 1] !== 'type';
      if (choosing) {
        lines.push(`${pending}type: ${type}`);
        pending = '';
      }
      if (last) lines.push(`${pending}${value}`);
      continue;
    }
    if (pending === '') lines.push('# a comment');
    const sits = `${lead}${step}:${last ? ` ${value}` : ''}`;
    lines.push(sits);
    pending = '';
    if (last)
      return {
        text: lines.join('\n'),
        line: lines.length,
        keyColumn: column + 1,
        valueColumn: column + step.length + 3,
      };
    column += indent;
  }
  return { text: lines.join('\n'), line: lines.length, keyColumn: column + 1, valueColumn: column + 1 };
}

describe('a wrong value', () => {
  test.each(everySpot.map((each) => [label(each), each] as const))(
    'of %s is reported at its line and column',
    async (_label, each) => {
      for (const indent of [1, 2, 5]) {
        const { text, line, valueColumn } = write(each, wrongValue(each.schema), indent);
        const { problems } = await faults(text);
        const here = problems.filter(({ place }) => place?.line === line && place.column === valueColumn);
        expect({ text, codes: here.map(({ code }) => code) }).toEqual({ text, codes: ['CONFIG_INVALID'] });
      }
    },
  );
});

const everyMap = everySpot.filter(({ schema }) => schema.properties !== undefined);

describe('an unknown key', () => {
  test.each(everyMap.map((each) => [label(each), each] as const))(
    'in %s is reported at its line and column',
    async (_label, each) => {
      const { text, line, keyColumn } = write({ ...each, path: [...each.path, 'zzzzzzzz'] }, '1', 2);
      const { problems } = await faults(text);
      const here = problems.filter(({ code }) => code === 'CONFIG_UNKNOWN_KEY');
      const seen = here.map(({ place }) => `${place?.line}:${place?.column}`);
      expect({ text, seen }).toEqual({ text, seen: [`${line}:${keyColumn}`] });
    },
  );

  test('that is one slip away from a known key names a key at most one slip away', async () => {
    const keys = everySpot.filter(
      ({ path, schema }) => typeof path.at(-1) === 'string' && path.at(-1) !== 'name' && schema.const === undefined,
    );
    const slip = fc.constantFrom('drop', 'double', 'swap', 'replace');
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...keys), slip, fc.nat(), async (each, kind, at) => {
        const key = String(each.path.at(-1));
        const wrong = misspell(key, kind, at % key.length);
        const { problems } = await faults(write({ ...each, path: [...each.path.slice(0, -1), wrong] }, '1', 2).text);
        const unknown = problems.find(({ code }) => code === 'CONFIG_UNKNOWN_KEY');
        // A slip may turn a key into another known one, or into itself.
        fc.pre(unknown !== undefined);
        const plain = (word: unknown) =>
          String(word)
            .toLowerCase()
            .replaceAll(/[^a-z0-9]/g, '');
        expect(editDistance(plain(unknown.data?.['nearest']), plain(wrong))).toBeLessThanOrEqual(1);
      }),
      { numRuns: 500 },
    );
  });
});

function misspell(key: string, kind: string, at: number): string {
  const [before, letter, after] = [key.slice(0, at), key.charAt(at), key.slice(at + 1)];
  if (kind === 'drop') return before + after;
  if (kind === 'double') return before + letter + letter + after;
  if (kind === 'swap') return before + after.charAt(0) + letter + after.slice(1);
  return `${before}q${after}`;
}

test('a number or switch may come from a reference', async () => {
  const { config, secrets } = await load('server: { port: "${env:PORT}", secure: "${env:TLS}", host: "${env:HOST}" }', {
    env: { PORT: '8080', TLS: 'false', HOST: 'localhost' },
  });
  expect(config.server).toMatchObject({ port: 8080, secure: false, host: 'localhost' });
  expect(secrets).toEqual(['localhost']);
});

test('a reference does not get around the bounds of a number', async () => {
  const { problems } = await faults(`${TLS}logging: { max_bytes: "\${env:N}" }`, { env: { N: '1' } });
  expect(problems.map(({ code }) => code)).toEqual(['CONFIG_INVALID']);
});
