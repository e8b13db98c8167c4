/**
 * A process that writes an audit log until it is killed or the disk is full, and says what was acknowledged: one line
 * `ack SEQ` each. `node writer-child.ts PATH MAX_BYTES` ends its load with `refused CODE`; then it waits for a line on
 * stdin, lets a second pass and tries once more.
 */
import { writeSync } from 'node:fs';
import { openAuditLog } from '../../src/audit/log.ts';
import { fakeClock } from '../../src/kernel/clock.ts';
import { MerlonError } from '../../src/kernel/errors.ts';

const WRITERS = 16;
const [path = '', maxBytes = '0'] = process.argv.slice(2);
// A file larger than RLIMIT_FSIZE: the signal's default would end the process before write() can say EFBIG.
process.on('SIGXFSZ', () => undefined);

const clock = fakeClock();
const say = (line: string): void => void writeSync(1, `${line}\n`);
const codeOf = (error: unknown): string => (error instanceof MerlonError ? error.code : String(error));

try {
  const log = await openAuditLog({ path, rotation: 'daily', maxBytes: Number(maxBytes), retentionDays: 0, clock });
  say(`open ${log.lastSeq}`);
  const load = async (writer: number): Promise<string> => {
    for (let i = 0; ; i++) {
      try {
        const name = `tool-${writer}-${i}`;
        say(`ack ${await log.append({ kind: 'intent', method: 'tools/call', name, args: 'x'.repeat(i % 300) })}`);
      } catch (error) {
        return codeOf(error);
      }
    }
  };
  const codes = await Promise.all(Array.from({ length: WRITERS }, (_, writer) => load(writer)));
  say(`refused ${[...new Set(codes)].join(' ')} writable ${log.isWritable()}`);
  await new Promise<void>((resolve) => process.stdin.once('data', () => resolve()));
  clock.advance(1_000);
  say(`ack ${await log.append({ kind: 'intent', name: 'after' })}`);
  await log.close();
  say('closed');
  process.stdin.destroy();
} catch (error) {
  say(`error ${codeOf(error)}`);
}
