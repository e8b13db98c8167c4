import type { Command } from 'commander';
import type { ConnectOptions } from './connect-options.ts';
import { configOption, keyVariableOption } from './shared-options.ts';

/** `merlon connect`: put clients behind Merlon, and take that back. */
export function addConnect(program: Command): void {
  program
    .command('connect')
    .description('Put an MCP client behind Merlon; without a client, list those on this machine.')
    .summary('put an MCP client behind Merlon, or list the clients here')
    .argument('[client]', 'which client, such as claude-code, vscode, cursor')
    .argument('[names...]', 'servers of the gateway, each with an entry of its own; with --wrap, servers of the client')
    .addOption(configOption())
    .option('--url <address>', 'address of the gateway (default: from its configuration)')
    .addOption(keyVariableOption())
    .option('--literal-key', 'write the API key itself into the file')
    .option('--stdio', 'let the client start the gateway, without a key')
    .option('--role <role>', 'with --stdio: role of the local user')
    .option('--wrap', 'put merlon wrap in front of the programs that the client starts')
    .option('--name <name>', 'name of the new entry (default: merlon, or merlon-NAME)')
    .option('--file <path>', "another file than the client's own")
    .option('--project', 'the file of the project in this folder instead of that of the user')
    .option('--print', 'show it, write nothing')
    .option('--yes', 'write without being asked')
    .option('--undo', 'take the last change back')
    .option('--json', 'without a client: print JSON')
    .addHelpText('after', '\nThe file is backed up beside itself. Clients and what is written: docs/connect.md.')
    .action(async (client: string | undefined, names: string[], options: ConnectOptions) => {
      const { runConnect } = await import('./run-connect.ts');
      process.exitCode = await runConnect(client, names, options);
    });
}
