import { type Command, Option } from 'commander';
import { addPolicyLearn } from './command-policy-learn.ts';
import { configOption } from './shared-options.ts';

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const formatOption = (): Option =>
  new Option('-f, --format <format>', 'how the result is written').choices(['text', 'json']).default('text');

/** `merlon policy`: what tasks may do, before they do it. */
export function addPolicy(program: Command): void {
  const policy = program
    .command('policy')
    .description('Work with the permissions of tasks.')
    .summary('compare, analyze and learn the permissions of tasks')
    .addHelpText('after', '\nDocs: docs/policy.md.');
  addDiff(policy);
  addAnalyze(policy);
  addPolicyLearn(policy);
}

function addDiff(policy: Command): void {
  policy
    .command('diff')
    .description('Prove that one file gives tasks no more than another, or show a call that it lets pass.')
    .summary('prove a narrowing, or show a call that is let pass')
    .argument('<before>', 'configuration, or list of grants')
    .argument('<after>', 'the same kind of file, as it is to be')
    .addOption(formatOption())
    .addHelpText('after', '\nExit codes: 0 no wider, 1 wider, 2 wrong usage, 3 not known.')
    .action(async (before: string, after: string, options: { format: 'text' | 'json' }) => {
      const { runPolicyDiff } = await import('./run-policy-diff.ts');
      process.exitCode = await runPolicyDiff(before, after, options, print);
    });
}

function addAnalyze(policy: Command): void {
  policy
    .command('analyze')
    .description('Say where the permissions of tasks are wider than they need to be.')
    .summary('say where permissions are wider than they need to be')
    .argument('[file]', 'configuration or list of grants; default: -c')
    .addOption(configOption())
    .option('--lock <file>', 'how the tools are defined: merlon.lock')
    .option('--from <file>', 'audit log, for what is granted and never used')
    .addOption(formatOption())
    .action(
      async (
        file: string | undefined,
        options: { config: string; lock?: string; from?: string; format: 'text' | 'json' },
      ) => {
        const { runPolicyAnalyze } = await import('./run-policy-analyze.ts');
        process.exitCode = await runPolicyAnalyze(file ?? options.config, options, print);
      },
    );
}
