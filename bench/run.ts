/** `npm run bench -- NAME [--data DIR] [--only ROW,ROW]`: runs bench/NAME, prints its table, keeps the result. */
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Bench } from './bench.ts';
import { describeMachine, loadNow } from './machine.ts';
import { tableOf } from './table.ts';

const here = import.meta.dirname;

// Children live in process groups of their own: an exit takes them along, a bare signal would not.
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { data: { type: 'string' }, only: { type: 'string' } },
});
const [name] = positionals;
if (name === undefined) await list();
else if (namesOf(here).includes(name))
  process.exit((await run(name)) ? 1 : 0); // takes along what a failed row left running
else {
  console.error(`There is no benchmark '${name}'. There are: ${namesOf(here).join(', ')}.`);
  process.exitCode = 2;
}

function namesOf(folder: string): string[] {
  return readdirSync(folder).filter((entry) => existsSync(join(folder, entry, 'bench.ts')));
}

async function load(benchName: string): Promise<Bench> {
  const module = (await import(`./${benchName}/bench.ts`)) as { bench: Bench };
  return module.bench;
}

async function list(): Promise<void> {
  console.log('npm run bench -- NAME [--data DIR]\n');
  for (const each of namesOf(here)) console.log(`  ${each.padEnd(12)} ${(await load(each)).about}`);
}

/** Runs one benchmark and keeps its result when all of it ran; true when something did not run. */
async function run(benchName: string): Promise<boolean> {
  const loadBefore = loadNow();
  const when = new Date().toISOString();
  const only = values.only?.split(',') ?? [];
  const bench = await load(benchName);
  // Data that is too large for the repository, or not ours, lies beside it.
  const shared = join(here, '..', '..', 'shared', 'data');
  const besideUs = existsSync(shared) ? shared : undefined;
  const result = await bench.run({ data: values.data ?? besideUs, only, say: (line) => console.error(line) });
  const machine = describeMachine(loadBefore);
  console.log(`${tableOf(result.rows)}\n\n${result.headline}`);
  if (only.length > 0 || result.failed) return result.failed;
  const folder = join(here, 'results');
  await mkdir(folder, { recursive: true });
  const record = { name: benchName, when, machine, headline: result.headline, rows: result.rows };
  await writeFile(join(folder, `${benchName}.json`), `${JSON.stringify(record, null, 2)}\n`);
  return false;
}
