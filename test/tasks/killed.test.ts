import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openApprovals } from '../../src/gateway/tasks/approvals.ts';
import { createTaskEngine } from '../../src/gateway/tasks/engine.ts';
import { openTasks } from '../../src/gateway/tasks/registry.ts';
import { fakeClock } from '../../src/kernel/clock.ts';
import type { JsonObject } from '../../src/kernel/jsonrpc.ts';
import { argsHash } from '../../src/policy/grant/endorsement.ts';
import { enginePartsOf, toolOf, typeOf, typesOf } from './made-up.ts';

const ROUNDS = 4;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'merlon-killed-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Said {
  readonly did: 'open' | 'charge' | 'expose' | 'approve' | 'use' | 'close';
  readonly id: string;
  readonly credential?: string;
  readonly used?: number;
  readonly task?: string;
  readonly args?: JsonObject;
}

/** One life: it is killed after a number of acknowledgements that nobody knows beforehand. */
async function liveAndDie(): Promise<Said[]> {
  const script = join(import.meta.dirname, 'killed-registry.ts');
  const child = spawn(process.execPath, [script, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const said: Said[] = [];
  const enough = 40 + Math.floor(Math.random() * 200);
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(JSON.parse(line) as Said);
    if (said.length === enough) child.kill('SIGKILL');
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  expect(child.signalCode).toBe('SIGKILL');
  return said;
}

it(`nothing that was acknowledged before a kill is lost, ${ROUNDS} times over the same files`, async () => {
  const all: Said[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    all.push(...(await liveAndDie()));
    await hold(all);
  }
  expect(new Set(all.map(({ did }) => did)).size).toBe(6);
}, 120_000);

/** Opens the files and compares. */
async function hold(all: readonly Said[]): Promise<void> {
  const clock = fakeClock();
  const profiles = [toolOf('files/read')];
  const types = typesOf([typeOf('work', { grants: [{ tool: 'files/read', uses: 1_000_000 }] })]);
  const charged = new Map<string, number>();
  const engine = createTaskEngine(enginePartsOf(() => profiles));
  const tasks = await openTasks({
    path: join(folder, 'tasks.journal'),
    clock,
    types: () => types,
    profiles: () => profiles,
    mayUse: () => true,
    engine: {
      ...engine,
      decide(chain, call, circumstances) {
        for (const { task, spent } of chain)
          charged.set(task.id, spent.used(task.grants[0]?.id ?? '', -1, 0, undefined));
        return engine.decide(chain, call, circumstances);
      },
    },
    events: { record: () => Promise.resolve(), ended() {}, changed() {} },
    ask: () => Promise.resolve('none'),
    limits: { maxTasksPerCaller: 1_000_000, maxTasks: 1_000_000 },
  });
  const record = (): Promise<void> => Promise.resolve();
  const approvals = await openApprovals({
    path: join(folder, 'approvals.journal'),
    clock,
    record,
    mask: (value) => value,
  });
  const closed = new Set(all.flatMap(({ did, id }) => (did === 'close' ? [id] : [])));
  const used = new Set(all.flatMap(({ did, id }) => (did === 'use' ? [id] : [])));
  for (const one of all) {
    const task = tasks.find(one.task ?? one.id);
    if (one.did === 'open') {
      const verdict = tasks.verify(one.credential ?? '', clock.now());
      // A close that was not acknowledged may have been written all the same.
      if (closed.has(one.id)) expect(verdict).toMatchObject({ refused: 'revoked' });
      else if (task?.status === 'open') expect(verdict).toMatchObject({ task: one.id });
      else expect(task?.status).toBe('closed');
    }
    if (task === undefined) {
      expect(one.did).toBe('use');
      continue;
    }
    if (one.did === 'charge' && task.status === 'open') {
      tasks.decide(task, { tool: 'files/read', args: {} }, profiles[0], undefined);
      expect(charged.get(one.id)).toBeGreaterThanOrEqual(one.used ?? 0);
    }
    if (one.did === 'expose') expect(tasks.exposed(task)).toBe(true);
    if (one.did === 'approve' && used.has(one.id)) {
      expect(approvals.endorsed(task).call('files/read', argsHash(one.args ?? {}))).toBe(false);
    }
    if (one.did === 'approve' && !used.has(one.id)) expect(approvals.find(one.id)?.state).toMatch(/^(approved|used)$/);
  }
  await tasks.stop();
  await approvals.stop();
}
