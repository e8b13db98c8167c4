import type { Command } from 'commander';
import type { FixCommandOptions } from './fix.ts';

/** Adds `merlon fix`. */
export function addFix(program: Command): void {
  program
    .command('fix')
    .description("mend what a scan finds in clients' files: approvals, unpinned packages, credentials")
    .argument('[files...]', "files of clients (default: all that are found; a project's from this folder)")
    .option('--client <client>', 'the client whose file it is, where its place does not say so')
    .option('--only <checks>', 'only findings of these checks, separated by commas')
    .option('--pin <name=version...>', 'version of a package (default: the one that is installed here)')
    .option('--wrap', 'also put merlon wrap in front of the programs that the client starts')
    .option('--print', 'show it, write nothing')
    .option('--yes', 'write without being asked')
    .addHelpText(
      'after',
      '\nEach file is shown as a difference without its secrets, backed up beside itself, and judged again afterwards.\n' +
        'Exit codes: 0 done, 1 something was declined, 2 usage.',
    )
    .action(async (files: string[], options: FixCommandOptions) => {
      const { runFix } = await import('./run-fix.ts');
      process.exitCode = await runFix(files, options);
    });
}
