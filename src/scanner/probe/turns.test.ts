import { expect, it } from 'vitest';
import { createTurns } from './turns.ts';

it('never runs more than the limit, runs all, and survives failures', async () => {
  const turns = createTurns(2);
  let running = 0;
  let most = 0;
  const work = (index: number) => async (): Promise<number> => {
    most = Math.max(most, ++running);
    await Promise.resolve();
    await Promise.resolve();
    running--;
    if (index === 3) throw new Error('third');
    return index;
  };
  const results = await Promise.allSettled(Array.from({ length: 10 }, (_, index) => turns(work(index))));
  expect(results.map(({ status }) => status).filter((status) => status === 'rejected')).toHaveLength(1);
  expect(most).toBe(2);
  expect(await turns(work(7))).toBe(7);
});
