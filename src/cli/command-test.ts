import type { Command } from 'commander';
import type { TestOptions } from './run-test.ts';
import { authorityOption, keyVariableOption, languageOption, noVerifyOption, repeatable } from './shared-options.ts';

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
      'Test a server that runs: HTTPS, credentials, rate limits, sessions, hosts and origins, errors, bounds.',
    )
    .summary('send a running server what it must refuse')
    .requiredOption('-s, --server <url>', 'address of the server; its MCP endpoint is /mcp unless a path is named')
    .option('-k, --api-key <key>', 'API key or token (default: the variable of --key-env)')
    .addOption(keyVariableOption())
    .addOption(authorityOption())
    .addOption(noVerifyOption())
    .addOption(repeatable('--allow-host <host>', 'host on another machine that may be tested'))
    .option('--records <folder>', 'where the record is written (default: in the state folder of the user)')
    .option('--json', 'print JSON')
    .addOption(languageOption())
    .addHelpText('after', EPILOGUE)
    .action(async (options: TestOptions) => {
      const { runTest } = await import('./run-test.ts');
      process.exitCode = await runTest(options);
    });
}
