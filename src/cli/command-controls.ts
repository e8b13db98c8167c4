import { type Command, Option } from 'commander';
import { type Language, languages } from '../kernel/text.ts';

/** `merlon controls`: the 20 controls, or one of them explained. */
export function addControls(program: Command): void {
  program
    .command('controls')
    .description('list the 20 security controls, or explain one: merlon controls C13')
    .argument('[id]', 'the control to explain: C01 to C20')
    .addOption(new Option('--lang <language>', 'language').choices(languages).default('en'))
    .option('--json', 'print JSON, in all languages')
    .addHelpText('after', '\nThe same as pages: docs/controls.md, docs/checks.md.')
    .action(async (id: string | undefined, options: { lang: Language; json?: true }) => {
      const { runControls } = await import('./run-controls.ts');
      runControls(id, {
        language: options.lang,
        asJson: options.json === true,
        print: (text) => void process.stdout.write(`${text}\n`),
      });
    });
}
