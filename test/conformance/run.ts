/**
 * `npm run conformance [-- --check] [-- --keep DIR]`: measures the official suite with and without the gateway and
 * writes docs/conformance.md. With `--check` it writes nothing and fails when the document says something else, or when
 * something passes without the gateway and not through it.
 */
import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { installFolder } from '../../scripts/install.ts';
import type { Measured } from './report.ts';

const root = join(import.meta.dirname, '..', '..');
const documentFile = join(root, 'docs', 'conformance.md');

// One listener for the exit of each child, of which there are more at once than Node finds usual.
process.setMaxListeners(50);
// Children live in process groups of their own: an exit takes them along, a bare signal would not.
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false }, keep: { type: 'string' } } });
try {
  installFolder(import.meta.dirname, (line) => console.log(line));
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function main(): Promise<number> {
  const folder = await folderForResults();
  // What these need is installed by now.
  const { measureServers } = await import('./servers.ts');
  const { measureClients } = await import('./clients.ts');
  console.log('Measuring servers …');
  const servers = await measureServers(folder, say);
  console.log('Measuring clients …');
  return judge([...servers, ...(await measureClients(folder, say))]);
}

async function folderForResults(): Promise<string> {
  if (values.keep !== undefined) {
    await mkdir(values.keep, { recursive: true });
    return resolve(values.keep);
  }
  const scratch = await mkdtemp(join(tmpdir(), 'merlon-conformance-'));
  process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));
  return scratch;
}

async function judge(measured: readonly Measured[]): Promise<number> {
  const { regressions, summaryOf, withMeasured } = await import('./report.ts');
  for (const one of measured) console.log(summaryOf(one));
  const lost = regressions(measured);
  if (lost.length > 0) console.error(`These pass without the gateway and not through it:\n  ${lost.join('\n  ')}`);
  const committed = await readFile(documentFile, 'utf8');
  const current = withMeasured(committed, measured);
  if (!values.check) await writeFile(documentFile, current);
  else if (committed !== current) {
    const known = new Set(committed.split('\n'));
    const fresh = current.split('\n').filter((line) => !known.has(line));
    console.error(
      `docs/conformance.md is out of date, npm run conformance writes it. Measured now:\n${fresh.join('\n')}`,
    );
  }
  return values.check && (lost.length > 0 || committed !== current) ? 1 : 0;
}

/** Shows on a terminal, in one line, what is being done. */
function say(line: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\u001B[K${line}\r`);
}
