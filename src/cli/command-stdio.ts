import type { Command } from 'commander';
import { configOption } from './shared-options.ts';

/** `merlon stdio`: the gateway for a client that only launches commands. */
export function addStdio(program: Command): void {
  program
    .command('stdio')
    .description('Be the MCP server of a client that starts it: the gateway over stdin and stdout, in front of NAME.')
    .summary('be the MCP server of a client that only starts commands')
    .argument('[name]', 'the server of the configuration that the client gets')
    .addOption(configOption())
    .option('--all', 'all servers, each with its name before what it offers')
    .option('--role <role>', 'role of the local user, as in permissions.roles (default: user)')
    .addHelpText(
      'after',
      '\nWith MERLON_API_KEY in the environment its key says who asks. Logs go to stderr or a file.',
    )
    .action(async (name: string | undefined, options: { config: string; all?: true; role?: string }) => {
      const { runStdio } = await import('./run-stdio.ts');
      await runStdio(name, options);
    });
}
