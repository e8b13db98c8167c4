#!/usr/bin/env -S node --max-semi-space-size=8
import { Command, CommanderError, Option } from 'commander';
import { MerlonError } from '../kernel/errors.ts';
import { addAttest } from './command-attest.ts';
import { addControls } from './command-controls.ts';
import { addScan } from './command-scan.ts';
import { addFix } from './command-fix.ts';
import { addTest } from './command-test.ts';
import { addRules } from './command-rules.ts';
import type { ConnectOptions } from './connect-options.ts';
import { mindClosedOutput } from './closed-output.ts';
import { report } from './report.ts';
import type { RunWrapOptions } from './run-wrap.ts';
import { version } from './version.ts';

// The flag above halves the room for young objects: the default buys no speed here, and costs 35 MB with 1,000 sessions.

// Heavy parts (zod, yaml, the gateway) are loaded by the command that needs them, so that --help is quick.

const program = new Command('merlon')
  .description('The security layer for MCP deployments.')
  .version(version)
  .exitOverride()
  .configureHelp({ showGlobalOptions: true })
  .addHelpText('after', '\nExit codes: docs/errors.md. Configuration: docs/configuration.md.');

const configOption = new Option('-c, --config <file>', 'configuration file').default('merlon.yaml');
const unsafeBind = new Option('--allow-unsafe-bind', 'accept a non-loopback address without TLS or authentication');

program
  .command('serve')
  .description('run the gateway')
  .addOption(configOption)
  .addOption(unsafeBind)
  .action(async (options: { config: string; allowUnsafeBind?: true }) => {
    const { runServe } = await import('./run-serve.ts');
    await runServe(options.config, { allowUnsafeBind: options.allowUnsafeBind === true });
  });

program
  .command('stdio')
  .description('be the MCP server of a client that starts it: the gateway over stdin and stdout, in front of NAME')
  .argument('[name]', 'the server of the configuration that the client gets')
  .addOption(configOption)
  .option('--all', 'all servers, each with its name before what it offers')
  .option('--role <role>', 'role of the local user, as in permissions.roles (default: user)')
  .addHelpText('after', '\nWith MERLON_API_KEY in the environment its key says who asks. Logs go to stderr or a file.')
  .action(async (name: string | undefined, options: { config: string; all?: true; role?: string }) => {
    const { runStdio } = await import('./run-stdio.ts');
    await runStdio(name, options);
  });

program
  .command('wrap')
  .description('the same for one program, without a configuration: merlon wrap -- npx -y some-server')
  .usage('[options] -- COMMAND [ARGS...]')
  .argument('<command...>', 'the MCP server to start, and its arguments')
  .option('--name <name>', 'what to call it in the audit log and in permissions (default: after the program)')
  .option('--env <names...>', 'variables that it gets from the environment')
  .option('--permission <permissions...>', 'all that may be done, such as execute:tool/NAME/read_file (default: all)')
  .option('--audit-log <file>', 'audit log (default: below the state folder of the user)')
  .option('--cwd <folder>', 'working folder of the program (default: this one)')
  .action(async (command: string[], options: RunWrapOptions) => {
    const { runWrap } = await import('./run-wrap.ts');
    await runWrap(command, options);
  });

program
  .command('connect')
  .description('put an MCP client behind Merlon; without a client, list those on this machine')
  .argument('[client]', 'which client, such as claude-code, vscode, cursor')
  .argument('[names...]', 'servers of the gateway, each with an entry of its own; with --wrap, servers of the client')
  .addOption(configOption)
  .option('--url <address>', 'address of the gateway (default: from its configuration)')
  .option('--key-env <variable>', 'variable that holds the API key (default: MERLON_API_KEY)')
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

addFix(program);

const config = program.command('config').description('work with the configuration');
config
  .command('check')
  .description('read the configuration, say everything that is wrong with it, do nothing else')
  .argument('[file]', 'configuration file, the same as -c')
  .addOption(configOption)
  .addOption(unsafeBind)
  .action(async (file: string | undefined, options: { config: string; allowUnsafeBind?: true }) => {
    const { checkConfig } = await import('./config-check.ts');
    process.exitCode = await checkConfig(file ?? options.config, {
      env: process.env,
      allowUnsafeBind: options.allowUnsafeBind === true,
      print: (line) => void process.stdout.write(`${line}\n`),
    });
  });

const key = program.command('key').description('make, list and revoke API keys');
key
  .command('create')
  .description('make a key and print it, this once')
  .addOption(configOption)
  .requiredOption('--role <role>', 'role of the key, as in permissions.roles')
  .option('--name <name>', 'what it is for')
  .option('--expires <days>', 'days until it expires (default: never)')
  .action(async (options: { config: string; role: string; name?: string; expires?: string }) => {
    const { createKey } = await import('./keys.ts');
    await createKey(options.config, options);
  });
key
  .command('list')
  .description('list the keys; their text is not known')
  .addOption(configOption)
  .option('--json', 'print JSON')
  .action(async (options: { config: string; json?: true }) => {
    const { listKeys } = await import('./keys.ts');
    await listKeys(options.config, options.json === true);
  });
key
  .command('revoke')
  .description('revoke a key; a running gateway refuses it within a second')
  .argument('<id>', 'the eight characters after merlon_')
  .addOption(configOption)
  .action(async (id: string, options: { config: string }) => {
    const { revokeKey } = await import('./keys.ts');
    await revokeKey(options.config, id);
  });

/** To these stdout is a connection: they mind its end themselves. */
const talkers = new Set(['stdio', 'wrap']);

program.hook('preAction', (_program, command) => {
  if (talkers.has(command.name())) return;
  mindClosedOutput(process.stdout, (error) => {
    process.exit(report(error, (text) => void process.stderr.write(text)));
  });
});

addScan(program);
addControls(program);
addTest(program);
addAttest(program);
addRules(program);

try {
  checkNode();
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else process.exitCode = report(error, (text) => void process.stderr.write(text));
}

/** Said before anything of a newer Node is missed in a less helpful way. */
function checkNode(): void {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 19)) return;
  throw new MerlonError('USAGE', `Merlon needs Node.js 22.19 or newer; this is ${process.versions.node}.`, {
    todo: 'Install a current Node.js.',
  });
}
