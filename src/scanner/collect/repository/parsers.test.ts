import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCi } from './ci.ts';
import { readManifest } from './dependencies.ts';
import { readIndex } from './git.ts';
import { ignoredBy } from './ignored.ts';
import { secretsIn } from './secrets.ts';

const names = ['package.json', 'pyproject.toml', 'requirements.txt', 'go.mod', 'Cargo.toml', 'Dockerfile'];
/** Pieces that mean something to some parser, in any order. */
const pieces = fc.array(
  fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    '"dependencies"',
    ':',
    ',',
    '\n',
    '  ',
    '- uses: a@b',
    'jobs:',
    '&a',
    '*a',
    'permissions:',
    'write-all',
    'FROM x',
    'require (',
    '==',
    '[project]',
    'dependencies = ',
    '"a>=1"',
    '__proto__',
    'toString',
    '\u0000',
    '<<: *a',
    '!!js x',
    '%YAML 1.2\n---\n',
  ),
  { maxLength: 40 },
);
const text = fc.oneof(
  pieces.map((all) => all.join('')),
  fc.string(),
  fc.json(),
);

describe('any text', () => {
  it.each(names)('as %s is a manifest or none, and never an error', (name) => {
    fc.assert(
      fc.property(text, (some) => {
        for (const { name: dependency, isPinned } of readManifest(some, name)?.dependencies ?? []) {
          expect([typeof dependency, typeof isPinned]).toEqual(['string', 'boolean']);
        }
      }),
    );
  });

  it('as a workflow is read or malformed', () => {
    fc.assert(
      fc.property(text, (some) => {
        const { facts, isMalformed } = readCi(some, '.github/workflows/a.yml', 'github');
        if (isMalformed) expect(facts.unpinnedActions).toEqual([]);
        for (const { line } of facts.unpinnedActions) expect(line).toBeGreaterThan(0);
      }),
    );
  });

  it('holds secrets on lines that it has', () => {
    const key = ['sk', 'ant', 'aB3dE5gH7jK9mN1pQ2rS'].join('-');
    fc.assert(
      fc.property(fc.array(fc.string({ unit: fc.constantFrom('a', ' ', '"') })), fc.nat(20), (lines, at) => {
        const planted = lines.toSpliced(at, 0, key);
        const [found] = secretsIn(planted.join('\n'), 'a.txt');
        expect(found).toEqual({
          file: 'a.txt',
          kind: 'anthropic-key',
          line: planted.indexOf(key) + 1,
          isSample: false,
        });
      }),
    );
  });

  it.each(['-----BEGIN PRIVATE KEY-----\n', 'glpat-____.', 'sk-ant-_-', 'A_KEY=', 'AKIA', '\n'])(
    'comes to an end on a megabyte of %j',
    (piece) => {
      expect(secretsIn(piece.repeat(Math.ceil(1_000_000 / piece.length)), '.env')).toEqual([]);
    },
  );
});

describe('any bytes', () => {
  it('are an index of Git or none', () => {
    const head = Buffer.from('44495243000000020000', 'hex');
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (bytes, hasHead) => {
        const paths = readIndex(Buffer.concat([hasHead ? head : Buffer.alloc(0), bytes]));
        expect(paths === undefined || paths instanceof Set).toBe(true);
      }),
    );
  });
});

describe('ignoredBy', () => {
  const ignored = ignoredBy('# dist\nnode_modules/\n/.env\n*.log\nbuild/out\n!keep.log\n**/deep\na[bc]\n');
  it.each(['node_modules/a.js', 'x/node_modules/y', '.env', 'a.log', 'x/y.log', 'build/out', 'build/out/z'])(
    'leaves %s out',
    (path) => {
      expect(ignored(path)).toBe(true);
    },
  );

  it.each(['dist/a', 'src/a.ts', 'keep.log', 'node_modules', 'deep', 'ab', 'xbuild/out'])('looks at %s', (path) => {
    expect(ignored(path)).toBe(false);
  });
});
