import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { LoadOrder, LoadReport, LoadResult } from './load.ts';

/** Runs one load in a process of its own; `measured` brackets the calls that count, after the warm-up. */
export async function drive<T>(order: LoadOrder, measure: () => () => T): Promise<{ load: LoadResult; measured: T }> {
  const generator = fork(join(import.meta.dirname, 'load.ts'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const next = async (): Promise<LoadReport> => {
    const ended = once(generator, 'exit').then((): LoadReport => ({ kind: 'failed', reason: 'The generator ended.' }));
    const said = once(generator, 'message').then(([message]): LoadReport => message as LoadReport);
    return Promise.race([said, ended]);
  };
  try {
    generator.send(order);
    const warm = await next();
    if (warm.kind === 'failed') throw new Error(warm.reason);
    const finish = measure();
    generator.send('go');
    const done = await next();
    const measured = finish();
    if (done.kind !== 'done') throw new Error(done.kind === 'failed' ? done.reason : 'The generator lost its place.');
    return { load: done.result, measured };
  } finally {
    generator.kill();
  }
}
