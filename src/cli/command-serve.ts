import type { Command } from 'commander';
import { configOption, unsafeBindOption } from './shared-options.ts';

/** `merlon serve`: the gateway as a service. */
export function addServe(program: Command): void {
  program
    .command('serve')
    .description('Run the gateway in front of the MCP servers of its configuration.')
    .summary('run the gateway in front of MCP servers')
    .addOption(configOption())
    .addOption(unsafeBindOption())
    .action(async (options: { config: string; allowUnsafeBind?: true }) => {
      const { runServe } = await import('./run-serve.ts');
      await runServe(options.config, { allowUnsafeBind: options.allowUnsafeBind === true });
    });
}
