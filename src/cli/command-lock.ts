import type { Command } from 'commander';
import { configOption } from './shared-options.ts';

const EPILOGUE = `
Asks every upstream of the configuration for its tools, as merlon serve would: programs are started, and the calls are in
the audit log. Nothing but the lockfile is written, and no tool is called.

Exit codes: 0 written, or nothing has changed; 1 something has changed; 2 wrong usage; 3 an upstream could not be asked.

  merlon lock                 write merlon.lock beside the configuration
  merlon lock --check         say what has changed since

Docs: docs/lock.md.`;

/** Adds `merlon lock`. */
export function addLock(program: Command): void {
  program
    .command('lock')
    .description('Write down how the tools of all upstreams are defined and what they can do, or say what has changed.')
    .summary('write down what tools are and can do')
    .addOption(configOption())
    .option('--check', 'compare with the lockfile, and write nothing')
    .option('-f, --file <file>', 'the lockfile (default: merlon.lock beside the configuration)')
    .addHelpText('after', EPILOGUE)
    .action(async (options: { config: string; check?: true; file?: string }) => {
      const { runLock } = await import('./run-lock.ts');
      process.exitCode = await runLock(options);
    });
}
