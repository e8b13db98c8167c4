import type { Command } from 'commander';
import { configOption, unsafeBindOption } from './shared-options.ts';

/** `merlon config`: what can be done with a configuration besides serving it. */
export function addConfig(program: Command): void {
  const config = program
    .command('config')
    .description('Work with the configuration.')
    .summary('check the configuration');
  config
    .command('check')
    .description('Read the configuration, say everything that is wrong with it, do nothing else.')
    .summary('say everything that is wrong with it')
    .argument('[file]', 'configuration file, the same as -c')
    .addOption(configOption())
    .addOption(unsafeBindOption())
    .action(async (file: string | undefined, options: { config: string; allowUnsafeBind?: true }) => {
      const { checkConfig } = await import('./config-check.ts');
      process.exitCode = await checkConfig(file ?? options.config, {
        env: process.env,
        allowUnsafeBind: options.allowUnsafeBind === true,
        print: (line) => void process.stdout.write(`${line}\n`),
      });
    });
}
