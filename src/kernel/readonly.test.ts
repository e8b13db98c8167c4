import { expect, test } from 'vitest';
import { deepFreeze } from './readonly.ts';

test('a frozen tree refuses a write at any depth', () => {
  const tree = deepFreeze({ list: [{ leaf: 1 }], text: 'a' });
  expect(() => Object.assign(tree.list[0] ?? {}, { leaf: 2 })).toThrow(TypeError);
  expect(() => Object.assign(tree, { text: 'b' })).toThrow(TypeError);
  expect(tree).toEqual({ list: [{ leaf: 1 }], text: 'a' });
});
