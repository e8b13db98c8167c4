import type { Command } from 'commander';
import { configOption } from './shared-options.ts';

/** `merlon key`: API keys. */
export function addKey(program: Command): void {
  const key = program
    .command('key')
    .description('Make, list and revoke API keys.')
    .summary('make, list and revoke API keys');
  key
    .command('create')
    .description('Make a key and print it, this once.')
    .summary('make a key and print it, this once')
    .addOption(configOption())
    .requiredOption('--role <role>', 'role of the key, as in permissions.roles')
    .option('--name <name>', 'what it is for')
    .option('--expires <days>', 'days until it expires (default: never)')
    .action(async (options: { config: string; role: string; name?: string; expires?: string }) => {
      const { createKey } = await import('./keys.ts');
      await createKey(options.config, options);
    });
  key
    .command('list')
    .description('List the keys; their text is not known.')
    .summary('list the keys; their text is not known')
    .addOption(configOption())
    .option('--json', 'print JSON')
    .action(async (options: { config: string; json?: true }) => {
      const { listKeys } = await import('./keys.ts');
      await listKeys(options.config, options.json === true);
    });
  key
    .command('revoke')
    .description('Revoke a key; a running gateway refuses it within a second.')
    .summary('revoke a key; a running gateway refuses it within a second')
    .argument('<id>', 'the eight characters after merlon_')
    .addOption(configOption())
    .action(async (id: string, options: { config: string }) => {
      const { revokeKey } = await import('./keys.ts');
      await revokeKey(options.config, id);
    });
}
