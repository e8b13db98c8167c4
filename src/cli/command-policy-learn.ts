import { type Command, Option } from 'commander';
import type { PolicyLearnOptions } from './run-policy-learn.ts';
import { configOption } from './shared-options.ts';

const EPILOGUE = `
What is written are task types for the section permissions.tasks of a configuration, with what speaks for each grant, what
the record leaves open, and what was left out. Read it before you use it: it allows what was done, not what should be.

Exit codes: 0 grants are proposed, 1 there is too little to learn from, 2 wrong usage.

Docs: docs/policy-learn.md.`;

/** `merlon policy learn`: propose grants from what tasks did. */
export function addPolicyLearn(policy: Command): void {
  policy
    .command('learn')
    .description('Propose task grants from recorded calls, no wider than their evidence.')
    .summary('propose grants from recorded calls')
    .requiredOption('--from <audit-log>', 'the audit log; files that were put aside beside it are read too')
    .addOption(configOption())
    .option(
      '--lock <file>',
      'how the tools are defined (default: merlon.lock beside the configuration, where there is one)',
    )
    .addOption(
      new Option(
        '--include-exposed [which]',
        'learn from calls after a task saw text of strangers: of tools that only read, or all',
      )
        .choices(['reads', 'all'])
        .preset('all'),
    )
    .option('--type <name>', 'task type of calls that were made outside any task', 'default')
    .option('--min-tasks <number>', 'tasks of a kind below which nothing is proposed (default: 10)')
    .addOption(new Option('-f, --format <format>', 'how it is written').choices(['yaml', 'json']).default('yaml'))
    .option('--out <file>', 'write there instead of to standard output')
    .addHelpText('after', EPILOGUE)
    .action(async (options: PolicyLearnOptions) => {
      const [{ runPolicyLearn }, { createProgress }] = await Promise.all([
        import('./run-policy-learn.ts'),
        import('./scan-progress.ts'),
      ]);
      process.exitCode = await runPolicyLearn(options, {
        print: (text) => void process.stdout.write(text),
        say: (line) => void process.stderr.write(`${line}\n`),
        progress: createProgress(process.stderr, true),
      });
    });
}
