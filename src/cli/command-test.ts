import { type Command, Option } from 'commander';
import { languages } from '../kernel/text.ts';
import type { TestOptions } from './run-test.ts';

const EPILOGUE = `
A key on a command line can be seen by other users of the machine (ps) and stays in the shell's history: better put it
into MERLON_API_KEY, or another variable named with --key-env. It is sent to the server named and nowhere else, over plain
HTTP only on this machine.

About 120 small requests are sent, some of them wrong on purpose, in at most two minutes. They call no tool that exists.
A server on another machine is tested only when its host is named with --allow-host as well: have its owner's consent.

Every run leaves a dated record. Exit codes: 0 all passed, 1 some failed, 2 wrong usage, 3 something could not be looked at.

  merlon test -s https://127.0.0.1:8443 --ca examples/quickstart/state/tls/ca.pem
  merlon test -s https://mcp.example.com --allow-host mcp.example.com

Docs: docs/test.md.`;

/** Adds `merlon test`. */
export function addTest(program: Command): void {
  program
    .command('test')
    .description(
      'test a server that runs: HTTPS, credentials, rate limits, sessions, hosts and origins, errors, bounds',
    )
    .requiredOption('-s, --server <url>', 'address of the server; its MCP endpoint is /mcp unless a path is named')
    .option('-k, --api-key <key>', 'API key or token (default: the variable of --key-env)')
    .option('--key-env <variable>', 'variable that holds the API key or token', 'MERLON_API_KEY')
    .option('--ca <file>', 'PEM certificates to trust besides those of the system')
    .option('--no-verify-ssl', 'read on behind a bad certificate; that it is bad is found all the same')
    .option('--allow-host <host>', 'host on another machine that may be tested; repeatable', collect, [])
    .option('--records <folder>', 'where the record is written (default: in the state folder of the user)')
    .option('--json', 'print JSON')
    .addOption(new Option('--lang <language>', 'language').choices([...languages]).default('en'))
    .addHelpText('after', EPILOGUE)
    .action(async (options: TestOptions) => {
      const { runTest } = await import('./run-test.ts');
      process.exitCode = await runTest(options);
    });
}

function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}
