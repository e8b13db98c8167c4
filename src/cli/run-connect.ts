import { realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { createInterface } from 'node:readline/promises';
import type { Platform } from '../clients/client.ts';
import { connect } from './connect.ts';
import type { ConnectIo, ConnectOptions } from './connect-options.ts';

/** `merlon connect` with the real process around it. Returns the exit code. */
export async function runConnect(
  client: string | undefined,
  names: readonly string[],
  options: ConnectOptions,
): Promise<number> {
  return await connect(client, names, options, connectIo());
}

/** The real process, as connect and fix take it. */
export function connectIo(): ConnectIo {
  return {
    env: process.env,
    platform: platformOf(process.platform),
    home: homedir(),
    cwd: process.cwd(),
    program: { node: process.execPath, file: realpathSync(process.argv[1] ?? '') },
    print: (line) => void process.stdout.write(`${line}\n`),
    say: (line) => void process.stderr.write(`${line}\n`),
    ask: process.stdin.isTTY ? ask : undefined,
  };
}

/** Systems that Merlon knows nothing of keep their files as Linux does. */
function platformOf(platform: NodeJS.Platform): Platform {
  return platform === 'darwin' || platform === 'win32' ? platform : 'linux';
}

async function ask(question: string): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  // End of input is no answer, and no answer is a no.
  const closed = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
  try {
    return /^y(es)?$/i.test((await Promise.race([lines.question(question), closed])).trim());
  } finally {
    lines.close();
  }
}
