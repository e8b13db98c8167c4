import { fakeClock } from '../../src/kernel/clock.ts';
import { createTaskEngine } from '../../src/gateway/tasks/engine.ts';
import { openApprovals } from '../../src/gateway/tasks/approvals.ts';
import { openTasks } from '../../src/gateway/tasks/registry.ts';
import { callerOf, enginePartsOf, toolOf, typeOf, typesOf } from './made-up.ts';

/**
 * Does what a gateway does with tasks, as fast as the disk allows, and says each thing once it was acknowledged, one JSON
 * line each, until it is killed.
 */
const folder = process.argv[2] ?? '';
const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
const nothing = (): Promise<void> => Promise.resolve();

const profiles = [toolOf('files/read')];
const types = typesOf([typeOf('work', { grants: [{ tool: 'files/read', uses: 1_000_000 }] })]);
const tasks = await openTasks({
  path: `${folder}/tasks.journal`,
  clock: fakeClock(),
  types: () => types,
  profiles: () => profiles,
  mayUse: () => true,
  engine: createTaskEngine(enginePartsOf(() => profiles)),
  events: { record: nothing, ended() {}, changed() {} },
  ask: () => Promise.resolve('none'),
  limits: { maxTasksPerCaller: 1_000_000, maxTasks: 1_000_000 },
});
const approvals = await openApprovals({
  path: `${folder}/approvals.journal`,
  clock: fakeClock(),
  record: nothing,
  mask: (value) => value,
});

async function work(who: string): Promise<void> {
  const caller = callerOf(who);
  for (let n = 0; ; n += 1) {
    const { task, credential } = await tasks.open(caller, { type: 'work', request: `${who} ${n}` });
    say({ did: 'open', id: task.id, credential });
    const charges = [{ grant: task.grants[0]?.id ?? '', budget: -1, at: task.openedAt, amount: 1 }];
    for (let used = 1; used <= 3; used += 1) {
      await tasks.charge(task, charges);
      say({ did: 'charge', id: task.id, used });
    }
    await tasks.learn(task, profiles[0] ?? toolOf('files/read'), {}, { text: 'strange' });
    say({ did: 'expose', id: task.id });
    const call = { tool: 'files/read', args: { who, n } };
    const { id } = await approvals.ask(
      task,
      { kind: 'call', tool: call.tool, args: '', because: [] },
      { secondFactor: false, call },
    );
    await approvals.answer(id, 'approved', { by: 'boss', through: 'api', why: '', at: 0 });
    say({ did: 'approve', id, task: task.id, args: call.args });
    if (n % 2 === 0) {
      await approvals.use(task, call);
      say({ did: 'use', id });
    }
    if (n % 3 !== 0) continue;
    await tasks.close(task.id, 'closed', { by: who, why: 'done' });
    say({ did: 'close', id: task.id });
  }
}

await Promise.all(['ann', 'bob', 'eve'].map(work));
