import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Bag } from './bag.ts';

it('holds what a set would, whatever comes and goes', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat(9))), (steps) => {
      const items = Array.from({ length: 10 }, (_, id) => ({ id, slot: -1 }));
      const bag = new Bag<(typeof items)[number]>();
      const model = new Set<(typeof items)[number]>();
      for (const [adds, index] of steps) {
        const item = items[index];
        if (item === undefined) continue;
        if (adds && !model.has(item)) bag.add(item);
        if (adds) model.add(item);
        else expect(bag.remove(item)).toBe(model.delete(item));
      }
      expect(bag.size).toBe(model.size);
      expect(new Set(bag.all())).toEqual(model);
      expect(bag.find(({ id }) => id === 3)).toBe([...model].find(({ id }) => id === 3));
    }),
  );
});
