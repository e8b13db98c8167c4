import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseJson } from '../../kernel/jsonrpc.ts';
import { shownArguments } from './shown-arguments.ts';

const MOST = 4_096;
const json = (text: string): Parameters<typeof shownArguments>[0] =>
  parseJson(text) as Parameters<typeof shownArguments>[0];

it('shows arguments as they are where they fit', () => {
  expect(shownArguments({ to: 'ann', amount: 1 }, MOST)).toBe('{"to":"ann","amount":1}');
});

it.each([
  { note: 'x'.repeat(1_000_000) },
  { list: Array(100_000).fill('y') },
  { deep: { in: [{ a: 'z'.repeat(9_000) }, 'z'.repeat(9_000)] } },
  { ['k'.repeat(9_000)]: 1 },
])('lets no filler push an argument out of sight', (filler) => {
  for (const args of [
    { ...filler, to: 'eve@evil.example' },
    { to: 'eve@evil.example', ...filler },
  ]) {
    const shown = shownArguments(args, MOST);
    expect(shown).toContain('"to":"eve@evil.example"');
    expect(shown).toContain('[cut: ');
    expect(shown.length).toBeLessThanOrEqual(MOST);
  }
});

it('says that there are more where all cannot be shown', () => {
  const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`argument ${index}`, index]));
  expect(shownArguments(many, MOST)).toMatch(/\[cut: there are more arguments\]$/);
});

it('shows numbers as they were written, unless they are endless', () => {
  expect(shownArguments(json('{"amount":0.10000000000000000001}'), MOST)).toBe('{"amount":0.10000000000000000001}');
  expect(shownArguments(json(`{"amount":1${'0'.repeat(9_000)},"to":"a"}`), MOST)).toContain('"to":"a"');
});

it('is bounded, whatever the arguments are', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
      expect(shownArguments(json(JSON.stringify(value)), 64).length).toBeLessThanOrEqual(64 + 40);
    }),
  );
});
