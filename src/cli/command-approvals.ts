import type { Command } from 'commander';
import { withApi } from './command-task.ts';
import type { TaskApiOptions } from './run-task.ts';

/** `merlon approvals`: what waits for a person's word. */
export function addApprovals(program: Command): void {
  const approvals = program
    .command('approvals')
    .description('List what waits for a person, and answer it. A yes counts for these very values, once.')
    .summary('list and answer what waits for a person');
  withApi(
    approvals
      .command('list')
      .description('List what waits; with read:approvals, that of everybody.')
      .summary('list what waits for a person')
      .option('--state <state>', 'open, approved, denied, expired or used', 'open'),
  ).action(async (options: TaskApiOptions & { state: string }) => {
    const { listApprovals } = await import('./run-approvals.ts');
    await listApprovals({ ...options, env: process.env });
  });
  for (const [name, verdict, what] of ANSWERS)
    withApi(
      approvals
        .command(name)
        .description(`${what} You need manage:approvals.`)
        .summary(what.toLowerCase().replace(/\.$/, ''))
        .argument('<id>', 'id of the approval')
        .requiredOption('--why <text>', 'kept in the audit log')
        .option('--proof-env <variable>', 'variable that holds the second factor, where one is asked for'),
    ).action(async (id: string, options: TaskApiOptions & { why: string; proofEnv?: string }) => {
      const { answerApproval } = await import('./run-approvals.ts');
      await answerApproval(id, verdict, { ...options, env: process.env });
    });
}

const ANSWERS = [
  ['approve', 'approved', 'Say yes to one call with exactly these values.'],
  ['deny', 'denied', 'Say no.'],
] as const;
