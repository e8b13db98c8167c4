import { execFile } from 'node:child_process';
import { join } from 'node:path';

/** What a client's own command line printed; its exit code says no more than that. */
export interface Printed {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program of this folder's packages until it ends; one that takes longer than 30 s is killed. */
export function runCommand(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Printed> {
  const path = join(import.meta.dirname, 'node_modules', '.bin', program);
  const options = { env: { ...process.env, ...env }, timeout: 30_000, maxBuffer: 16 * 1024 * 1024 };
  return new Promise((resolve) => {
    execFile(process.execPath, [path, ...args], options, (_error, stdout, stderr) => resolve({ stdout, stderr }));
  });
}
