import type { Command } from 'commander';
import { addressOption, authorityOption, configOption, keyVariableOption, repeatable } from './shared-options.ts';
import type { OpenTaskOptions, TaskApiOptions } from './run-task.ts';

/** `merlon task`: tasks of a running gateway, with the permissions that each has. */
export function addTask(program: Command): void {
  const task = program
    .command('task')
    .description('Open, list and close tasks: each has its own credential and only the permissions that it needs.')
    .summary('open, list and close tasks with their own permissions');
  withApi(
    task
      .command('open')
      .description('Open a task and print its credential, this once. Give that to the client instead of your own key.')
      .summary('open a task and print its credential, this once')
      .option('--type <name>', 'kind of task, as in permissions.tasks.types (default: that of your role)')
      .option('--request <text>', "what the user asked for, in the user's own words")
      .addOption(repeatable('--tool <upstream/name>', 'a tool that the task needs (default: all that the type gives)'))
      .addOption(repeatable('--resource <name>', 'code_execution, file_access or network_access'))
      .option('--seconds <number>', 'how long it may take (default and limit: that of the type)')
      .option('--agent <name>', 'whose model or program works on it, for the record')
      .option('--parent <id>', 'task that this one is a part of'),
  ).action(async (options: OpenTaskOptions) => {
    const { openTask } = await import('./run-task.ts');
    await openTask({ ...options, env: process.env });
  });
  withApi(
    task
      .command('list')
      .description('List your tasks, newest first.')
      .summary('list your tasks')
      .option('--all', 'those of everybody, for which you need read:tasks'),
  ).action(async (options: TaskApiOptions & { all?: true }) => {
    const { listTasks } = await import('./run-task.ts');
    await listTasks({ ...options, env: process.env });
  });
  withApi(
    task
      .command('show')
      .description('Show a task with its grants.')
      .summary('show a task with its grants')
      .argument('<id>', 'id of the task'),
  ).action(async (id: string, options: TaskApiOptions) => {
    const { showTask } = await import('./run-task.ts');
    await showTask(id, { ...options, env: process.env });
  });
  withApi(
    task
      .command('close')
      .description('End a task and all that are parts of it. Calls in flight are cancelled.')
      .summary('end a task and all that are parts of it')
      .argument('<id>', 'id of the task')
      .option('--why <text>', 'kept in the audit log', 'closed by hand'),
  ).action(async (id: string, options: TaskApiOptions & { why: string }) => {
    const { closeTask } = await import('./run-task.ts');
    await closeTask(id, { ...options, env: process.env });
  });
}

/** The options of everything that speaks to a running gateway. */
export function withApi(command: Command): Command {
  return command
    .addOption(configOption())
    .addOption(addressOption())
    .addOption(keyVariableOption())
    .addOption(authorityOption())
    .option('--json', 'print JSON');
}
