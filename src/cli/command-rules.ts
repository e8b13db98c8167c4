import type { Command } from 'commander';

/** Prints everything at once, so that a reader who stops early (`| head`) hurts nobody. */
async function inOnePiece<T>(run: (print: (line: string) => void) => T | Promise<T>): Promise<T> {
  const lines: string[] = [];
  try {
    return await run((line) => void lines.push(`${line}\n`));
  } finally {
    process.stdout.write(lines.join(''));
  }
}

/** `merlon rules`: work with the rules that steer a scan. */
export function addRules(program: Command): void {
  const rules = program
    .command('rules')
    .description('Work with checks and rules of a scan.')
    .summary('list and test the checks and rules of a scan')
    .addHelpText('after', '\nDocs: docs/rules.md.');

  rules
    .command('test')
    .description('Hold rules against their own examples.')
    .summary('hold rules against their own examples')
    .argument('[files...]', 'files or folders of rules, or modules with checks')
    .option('-b, --baseline <file>', 'take the rules that a baseline names')
    .action(async (files: string[], options: { baseline?: string }) => {
      const { testRules } = await import('./run-rules.ts');
      process.exitCode = await inOnePiece((print) => testRules(files, options, print));
    });

  rules
    .command('list')
    .description('List every check: those built in, and those of rules.')
    .summary('list every check: those built in, and those of rules')
    .argument('[files...]', 'files or folders of rules, or modules with checks')
    .option('-b, --baseline <file>', 'take the rules that a baseline names, and say what it changes')
    .option('--json', 'print JSON')
    .action(async (files: string[], options: { baseline?: string; json?: true }) => {
      const { listRules } = await import('./run-rules.ts');
      await inOnePiece((print) => listRules(files, options, print));
    });

  rules
    .command('facts')
    .description('List the paths that rules can read; of all parts or of one.')
    .summary('list the paths that rules can read')
    .argument('[part]', 'such as tools, config, client')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nThe facts of a real scan: merlon scan --facts FILE.')
    .action(async (part: string | undefined, options: { json?: true }) => {
      const { listFacts } = await import('./run-rules.ts');
      await inOnePiece((print) => listFacts(part, options, print));
    });
}
