import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Check, type Results, readResults } from './checks.ts';
import { packageFolder, type Revision } from './requirements.ts';

/** What the suite asks of a server: where it is, by which revision, and where results may be left. */
export interface ServerRun {
  readonly url: string;
  readonly revision: Revision;
  readonly folder: string;
  /** Called as each scenario begins. */
  readonly onScenario: (scenario: string) => void;
}

/** One scenario for a client: the suite starts a server and appends its URL to the command. */
export interface ClientRun {
  readonly command: string;
  readonly scenario: string;
  readonly revision: Revision;
  readonly folder: string;
}

const program = join(packageFolder, 'dist', 'index.js');
/** How long one client scenario may take, in milliseconds: a gateway has to start within. */
const CLIENT_MS = 30_000;

/** Runs all that a revision requires of servers. @throws Error with the suite's last words when it leaves no results */
export async function runServerSuite({ url, revision, folder, onScenario }: ServerRun): Promise<Results> {
  const out = await mkdtemp(join(folder, 'server-'));
  const args = ['server', '--url', url, '--requirements', revision, '--output-dir', out];
  const said = await run(args, (line) => {
    const scenario = /^=== Running scenario: (\S+) ===$/.exec(line)?.[1];
    if (scenario !== undefined) onScenario(scenario);
  });
  const results = await readResults(out, 'server-');
  if (results.size === 0) throw new Error(`The conformance suite measured nothing at ${url}:\n${said}`);
  return results;
}

/** Runs one client scenario. @throws Error with the suite's last words when it leaves no results */
export async function runClientScenario({ command, scenario, revision, folder }: ClientRun): Promise<readonly Check[]> {
  const out = await mkdtemp(join(folder, 'client-'));
  const what = ['--scenario', scenario, '--spec-version', revision, '--force', '--timeout', String(CLIENT_MS)];
  const said = await run(['client', '--command', command, ...what, '--output-dir', out], () => {});
  const [checks] = (await readResults(out, '')).values();
  if (checks === undefined) throw new Error(`The conformance suite measured nothing of ${command}:\n${said}`);
  return checks;
}

/** The suite's exit code says only that something failed, which the results say better. */
async function run(args: readonly string[], onLine: (line: string) => void): Promise<string> {
  const child = spawn(process.execPath, [program, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const killLeft = (): void => void child.kill('SIGKILL');
  process.once('exit', killLeft);
  let last = '';
  const keep = (line: string): void => {
    last = `${last}${line}\n`.slice(-KEPT_OUTPUT);
    onLine(line);
  };
  createInterface({ input: child.stdout }).on('line', keep);
  createInterface({ input: child.stderr }).on('line', keep);
  await once(child, 'close');
  process.off('exit', killLeft);
  return last;
}

/** How much of the suite's output is kept for an error, in characters. */
const KEPT_OUTPUT = 4000;
