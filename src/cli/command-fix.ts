import type { Command } from 'commander';
import type { FixCommandOptions } from './fix.ts';
import { languageOption } from './shared-options.ts';

/** Adds `merlon fix`. */
export function addFix(program: Command): void {
  program
    .command('fix')
    .description("Mend what a scan finds in clients' files and servers' configurations, and prove it.")
    .summary('mend what a scan finds in files, and prove it')
    .argument(
      '[files...]',
      "files (default: all clients' that are found; from this folder a project's, and ./merlon.yaml)",
    )
    .option('--client <client>', 'the client whose file it is, where its place does not say so')
    .option('--only <checks>', 'only findings of these checks, separated by commas')
    .option('--pin <name=version...>', 'version of a package (default: the one that is installed here)')
    .option('--wrap', 'also put merlon wrap in front of the programs that the client starts')
    .option('--secrets-to <file>', 'write credentials that are moved out there as NAME=value, for its owner alone')
    .addOption(languageOption())
    .option('--print', 'show it, write nothing')
    .option('--yes', 'write without being asked')
    .addHelpText(
      'after',
      '\nEach file is shown as a difference without its secrets, backed up beside itself, and scanned again afterwards.\n' +
        'Exit codes: 0 what could be mended is, 1 it was declined or is still there, 2 usage.\n\nDocs: docs/fix.md.',
    )
    .action(async (files: string[], options: FixCommandOptions) => {
      const { runFix } = await import('./run-fix.ts');
      process.exitCode = await runFix(files, options);
    });
}
