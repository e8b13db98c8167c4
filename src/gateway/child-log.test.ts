import { expect, test } from 'vitest';
import { fakeClock } from '../kernel/clock.ts';
import { createStderrLog } from './child-log.ts';

function setup() {
  const clock = fakeClock();
  const entries: Record<string, unknown>[] = [];
  const keep = (message: string, facts?: Readonly<Record<string, unknown>>) => void entries.push({ message, ...facts });
  const stderr = createStderrLog({ clock, log: { info: keep, warn: keep }, facts: { upstream: 'files', pid: 7 } });
  return { clock, entries, push: (text: string) => stderr.push(Buffer.from(text)), end: () => stderr.end() };
}

test('each line becomes one entry with the upstream and the pid', () => {
  const { entries, push } = setup();
  push('first\nsec');
  push('ond\n');
  expect(entries).toEqual([
    { message: 'upstream stderr', upstream: 'files', pid: 7, line: 'first' },
    { message: 'upstream stderr', upstream: 'files', pid: 7, line: 'second' },
  ]);
});

test('a flood is cut to 50 lines a second and the rest is counted', () => {
  const { clock, entries, push } = setup();
  push('x\n'.repeat(1050));
  expect(entries).toHaveLength(50);
  clock.advance(1000);
  expect(entries.at(-1)).toMatchObject({ message: 'upstream stderr dropped', lines: 1000 });
  push('calm\n');
  expect(entries.at(-1)).toMatchObject({ line: 'calm' });
});

test('a line without end is cut, and costs no more memory than the bound', () => {
  const { entries, push, end } = setup();
  for (let index = 0; index < 1000; index += 1) push('y'.repeat(10_000));
  expect(entries).toEqual([]);
  end();
  expect(entries).toHaveLength(1);
  expect(String(entries[0]?.['line'])).toHaveLength(2049);
});

test('terminal escapes and bidirectional controls do not reach the log', () => {
  const { entries, push } = setup();
  push('\u001b[2Jok\u0007 \u202egnp.exe\u009b31m\n');
  expect(entries[0]?.['line']).toBe(' [2Jok   gnp.exe 31m');
});

test('the end reports the unfinished last line and what was dropped', () => {
  const { entries, push, end } = setup();
  push('z\n'.repeat(60));
  push('Segmentation fault');
  end();
  expect(entries.at(-1)).toMatchObject({ lines: 11 });
});
