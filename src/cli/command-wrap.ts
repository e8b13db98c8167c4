import type { Command } from 'commander';
import type { RunWrapOptions } from './run-wrap.ts';

/** `merlon wrap`: the gateway in front of one program, without a configuration. */
export function addWrap(program: Command): void {
  program
    .command('wrap')
    .description('Put one program behind Merlon, without a configuration: merlon wrap -- npx -y some-server.')
    .summary('put one program behind Merlon, without a configuration')
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
}
