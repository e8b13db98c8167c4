#!/usr/bin/env -S node --max-semi-space-size=8
import { Command, CommanderError } from 'commander';
import { MerlonError } from '../kernel/errors.ts';
import { addApprovals } from './command-approvals.ts';
import { addAttest } from './command-attest.ts';
import { addConfig } from './command-config.ts';
import { addConnect } from './command-connect.ts';
import { addControls } from './command-controls.ts';
import { addFix } from './command-fix.ts';
import { addKey } from './command-key.ts';
import { addPolicy } from './command-policy.ts';
import { addLock } from './command-lock.ts';
import { addRules } from './command-rules.ts';
import { addScan } from './command-scan.ts';
import { addServe } from './command-serve.ts';
import { addStdio } from './command-stdio.ts';
import { addTask } from './command-task.ts';
import { addTest } from './command-test.ts';
import { addWrap } from './command-wrap.ts';
import { mindClosedOutput } from './closed-output.ts';
import { report } from './report.ts';
import { version } from './version.ts';

// The flag above halves the room for young objects: the default buys no speed here, and costs 35 MB with 1,000 sessions.

// Heavy parts (zod, yaml, the gateway) are loaded by the command that needs them, so that --help is quick.

// From the start: help and version are printed before any command runs.
const mindNoLonger = mindClosedOutput(process.stdout, (error) => {
  process.exit(report(error, (text) => void process.stderr.write(text)));
});
// Where nobody hears what is wrong, the exit code alone can say it.
process.stderr.on('error', () => {});

/** To these stdout is a connection: they mind its end themselves. */
const talkers = new Set(['stdio', 'wrap']);

const program = new Command('merlon')
  .description('The security layer for MCP deployments.')
  .version(version)
  .exitOverride()
  .hook('preAction', (_program, command) => {
    if (talkers.has(command.name())) mindNoLonger();
  })
  .configureHelp({ showGlobalOptions: true, subcommandTerm: (command) => command.name() })
  .addHelpText(
    'after',
    '\nEach command says more: merlon scan --help. Docs: docs/configuration.md, docs/scan.md.\nExit codes: docs/errors.md.',
  );

program.commandsGroup('Enforce:');
addServe(program);
addStdio(program);
addWrap(program);
addConnect(program);
addTask(program);
addApprovals(program);

program.commandsGroup('Verify:');
addScan(program);
addTest(program);
addFix(program);
addAttest(program);
addRules(program);
addPolicy(program);
addControls(program);

program.commandsGroup('Set up:');
addConfig(program);
addKey(program);
addLock(program);
program.helpCommand('help [command]', 'say more of a command');

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
