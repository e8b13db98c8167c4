import fc from 'fast-check';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { UNKEPT_SCHEMA } from '../../facts/tools.ts';
import type { Surroundings } from '../../target.ts';
import { parseToolsText } from './read-tools.ts';
import { toToolsFacts } from './to-tools-facts.ts';
import { collectTools } from './tools.ts';

const folder = mkdtempSync(join(tmpdir(), 'merlon-tools-'));
afterAll(() => rmSync(folder, { recursive: true }));

const around: Surroundings = {
  env: {},
  home: folder,
  project: folder,
  platform: 'linux',
  now: () => 0,
  signal: new AbortController().signal,
  step: () => undefined,
};
const one = { name: 'add', description: 'Adds.', inputSchema: { type: 'object' } };
const two = { name: 'subtract', description: 'Subtracts.', inputSchema: { type: 'object' } };
const namesIn = (text: string): string[] | undefined => parseToolsText(text, 'x')?.tools.map(({ name }) => name);

describe('a saved list of tools', () => {
  it.each([
    ['a result', JSON.stringify({ tools: [one, two] })],
    ['a response', JSON.stringify({ jsonrpc: '2.0', id: 1, result: { tools: [one, two] } }, null, 2)],
    ['a bare list', `\uFEFF${JSON.stringify([one, two])}`],
    [
      'pages, a line each',
      `${JSON.stringify({ tools: [one], nextCursor: 'a' })}\n${JSON.stringify({ tools: [two] })}\n`,
    ],
    ['tools, a line each', `${JSON.stringify(one)}\r\n\r\n${JSON.stringify(two)}`],
  ])('is read as %s', (_what, text) => {
    expect(namesIn(text)).toEqual(['add', 'subtract']);
    expect(parseToolsText(text, 'x')?.isCut).toBe(false);
  });

  it('is not whole where it says that more follows, or holds what is no tool', () => {
    expect(parseToolsText(JSON.stringify({ tools: [one], nextCursor: 'a' }), 'x')?.isCut).toBe(true);
    expect(parseToolsText(JSON.stringify({ tools: [one, 'x', { name: 7 }] }), 'x')).toMatchObject({
      tools: [{ name: 'add' }],
      isCut: true,
    });
  });

  it.each(['', 'text', '7', '{}', '["a"]', '{"mcpServers":{}}', '{"tools":7}', '{"a":1}\n{"b":2}', 'null\nnull'])(
    'is not found in %j',
    (text) => {
      expect(parseToolsText(text, 'x')).toBeUndefined();
    },
  );

  it('never throws, whatever it holds', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), fc.string(), (json, text) => {
        parseToolsText(json, 'x');
        parseToolsText(`{"tools":${json}}`, 'x');
        parseToolsText(`${json}\n${text}`, 'x');
      }),
    );
    expect(parseToolsText('['.repeat(1_000_000), 'x')).toBeUndefined();
  });
});

describe('facts of lists', () => {
  it('keep what is known and drop what has the wrong type', () => {
    const tool = { ...one, title: 7, annotations: { title: 'Add', readOnlyHint: 'yes', openWorldHint: false } };
    expect(toToolsFacts('x', { tools: [tool], prompts: [{ name: 'p' }, 7], instructions: 8 })).toEqual({
      server: 'x',
      instructions: undefined,
      prompts: [{ name: 'p', description: '' }],
      isCut: false,
      tools: [
        {
          name: 'add',
          title: undefined,
          description: 'Adds.',
          inputSchema: { type: 'object' },
          annotations: { openWorldHint: false },
        },
      ],
    });
  });

  it('cut what is too long or too much, and say so', () => {
    const long = toToolsFacts('x', { tools: [{ ...one, description: 'a'.repeat(200_000) }] });
    expect(long.tools[0]?.description.length).toBe(100_000);
    expect(long.isCut).toBe(true);
    const many = toToolsFacts('x', { tools: Array.from({ length: 3_000 }, () => one) });
    expect([many.tools.length, many.isCut]).toEqual([2_000, true]);
    const huge = toToolsFacts('x', { tools: [{ ...one, inputSchema: { a: 'b'.repeat(500_000) } }] });
    expect([huge.tools[0]?.inputSchema, huge.isCut]).toEqual([UNKEPT_SCHEMA, true]);
  });
});

describe('collecting a file', () => {
  const collect = async (file: string): Promise<unknown> => (await collectTools({ kind: 'tools', file }, around))[0];

  it('gives one target with its tools', async () => {
    writeFileSync(join(folder, 'calc.json'), JSON.stringify([one]));
    expect(await collect('calc.json')).toMatchObject({
      id: 'tools:calc.json',
      kind: 'tools',
      parts: { tools: { saw: { server: 'calc', tools: [{ name: 'add' }] } } },
    });
  });

  it('says why nothing was seen', async () => {
    writeFileSync(join(folder, 'other.json'), '{}');
    expect(await collect('missing.json')).toMatchObject({ parts: { tools: { blind: 'unreadable' } } });
    expect(await collect('other.json')).toMatchObject({ parts: { tools: { blind: 'unreadable' } } });
    expect(await collect('.')).toMatchObject({ parts: { tools: { blind: 'unreadable' } } });
  });
});
