import type { Command } from 'commander';
import type { Language } from '../kernel/text.ts';
import { languageOption } from './shared-options.ts';

/** `merlon controls`: the 20 controls, or one of them explained. */
export function addControls(program: Command): void {
  program
    .command('controls')
    .description('List the 20 security controls, or explain one: merlon controls C13.')
    .summary('list the 20 controls, or explain one')
    .argument('[control]', 'the control to explain, C01 to C20')
    .addOption(languageOption())
    .option('--json', 'print JSON, in all languages')
    .addHelpText('after', '\nDocs: docs/controls.md, docs/checks.md.')
    .action(async (id: string | undefined, options: { lang: Language; json?: true }) => {
      const { runControls } = await import('./run-controls.ts');
      runControls(id, {
        language: options.lang,
        asJson: options.json === true,
        print: (text) => void process.stdout.write(`${text}\n`),
      });
    });
}
