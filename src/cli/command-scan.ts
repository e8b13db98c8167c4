import { type Command, Option } from 'commander';
import { reportFormats } from '../scanner/report/formats.ts';
import type { ScanOptions } from './scan-options.ts';
import { authorityOption, keyVariableOption, languageOption, noVerifyOption, repeatable } from './shared-options.ts';

const EPILOGUE = `
Targets are told by what they are: an address is a server, a folder a repository, a file a client's configuration, a
server's configuration, server.json or MCPB manifest, or a saved tools/list. Without any, the MCP clients of this user
and project are scanned, and ./merlon.yaml where there is one. Nothing is started without --run, and nothing is sent
but to the addresses named.

Exit codes: 0 the gate holds, 1 it fails, 2 wrong usage, 3 something could not be looked at.

  merlon scan                                     the clients on this machine
  merlon scan https://mcp.example.com/mcp         a server, without a credential and with MERLON_API_KEY
  merlon scan -c merlon.yaml --live --host        a gateway: its configuration, itself, and its host
  merlon scan -c config.yaml -b baseline.yaml -o report.html -o report.sarif
  merlon scan --run -- npx -y some-server@1.2.3   a program, confined where that is possible

Docs: docs/scan.md.`;

/** Adds `merlon scan`. */
export function addScan(program: Command): void {
  program
    .command('scan')
    .description('Check servers, clients, hosts and repositories against the 20 controls.')
    .summary('check servers, clients, hosts and repositories')
    .argument('[targets...]', 'addresses, files and folders; with --run, a command and its arguments')
    .option('-c, --config <file>', "what to scan, or a server's configuration")
    .option('-b, --baseline <file>', 'what to measure against (default: the profile)')
    .option('--profile <name>', 'sandbox, internal, production or regulated (default: production)')
    .addOption(repeatable('-o, --output <file>', 'write a report, its format by the ending'))
    .addOption(new Option('--format <format>', 'what is printed').choices([...reportFormats]).default('text'))
    .addOption(languageOption())
    .option('--clients', 'the MCP clients of this user and project')
    .option('--host', 'this machine: firewall, sockets, file modes, disks, log rotation')
    .option('--live', "with a server's configuration: also the gateway at its address")
    .option('--run', 'start the command given as target, and list its tools')
    .addOption(keyVariableOption())
    .addOption(repeatable('--header <name=variable>', 'header whose value is in a variable'))
    .addOption(authorityOption())
    .addOption(noVerifyOption())
    .option('--fail-on <list>', 'severity or controls that fail the gate, such as high or C01,C03 (default: high)')
    .option('--waivers <file>', 'accepted findings, each with owner, reason and expiry')
    .option('--attestations <file>', 'answers of people, see merlon attest')
    .addOption(repeatable('--rules <file>', 'more rules, in YAML or TypeScript'))
    .option('--records <folder>', 'records of merlon test (default: in the state folder of the user)')
    .option('--diff <report>', 'an earlier JSON report: say what is new, fixed, unchanged')
    .option('--facts <file>', 'write the collected facts as JSON; they hold no secrets')
    .option('--all', 'print also what passes')
    .option('--no-progress', 'say nothing while probing')
    .addHelpText('after', EPILOGUE)
    .action(async (targets: string[], options: ScanOptions) => {
      const { runScan } = await import('./run-scan.ts');
      process.exitCode = await runScan(targets, options);
    });
}
