import type { Command } from 'commander';
import type { Language } from '../kernel/text.ts';
import type { AttestOptions } from './run-attest.ts';
import { languageOption } from './shared-options.ts';

const EPILOGUE = `
Without --evidence: show the question and what would prove the answer. The evidence is kept as a link, or as the
path and hash of a file: when the file changes, the answer no longer counts.

Docs: docs/attestations.md.`;

/** `merlon attest`: answer what looking alone cannot settle. */
export function addAttest(program: Command): void {
  program
    .command('attest')
    .description('Answer the question of a control, with evidence and an end: merlon attest C11 --evidence FILE|URL.')
    .summary('answer what only a person can know, with evidence')
    .argument('[control]', 'the control, C01 to C20')
    .option('--evidence <file-or-url>', 'what proves the answer')
    .option('--by <name>', 'who answers (default: the user of this machine)')
    .option('--expires <when>', 'last day on which it counts, 2027-01-31 or 180d; at most 400 days (default: 180d)')
    .option('--statement <text>', 'what is attested (default: the title of the control)')
    .option('--file <path>', 'the file with the attestations', 'merlon-attestations.yaml')
    .option('--list', 'list them, and say which still count')
    .option('--revoke', 'take the answer of the control back')
    .option('--json', 'with --list: print JSON')
    .addOption(languageOption())
    .addHelpText('after', EPILOGUE)
    .action(async (control: string | undefined, options: AttestOptions & { lang: Language }) => {
      const { runAttest } = await import('./run-attest.ts');
      runAttest(control, options, {
        env: process.env,
        now: Date.now(),
        print: (line) => void process.stdout.write(`${line}\n`),
      });
    });
}
