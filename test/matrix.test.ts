import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer, Failed, MoreSeen, Seen } from './clients/plan.ts';
import { clients, type MatrixClient } from './matrix/clients.ts';
import { columns } from './matrix/columns.ts';
import { directly, throughTheGateway } from './matrix/exceptions.ts';
import { AGGREGATE, aggregated, type Matrix, runMatrix, runnable } from './matrix/run-matrix.ts';
import { withoutEra } from './matrix/without-era.ts';

// Real clients against real servers, directly and through the gateway: over TLS, with an API key, everything recorded.
// Every client runs once, through all its targets; the tests look at what it saw.

let folder: string;
let matrix: Matrix;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'merlon-matrix-'));
  matrix = await runMatrix(folder);
}, 300_000);

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

it('knows its columns', () => {
  expect(Object.keys(matrix.upstreams).sort()).toEqual(columns.map(({ name }) => name).sort());
});

describe.each(clients)('$name', (client) => {
  for (const column of columns) {
    const { name } = column;
    const there = it.runIf(runnable.includes(column));
    const [alone, bridged] = [directly(client, column), throughTheGateway(client, column)];

    // The yardstick: if this fails, the tests below say nothing.
    if (alone === undefined) {
      there(`lists and calls ${name} directly`, () => {
        const { tools, good } = seen(matrix.direct, client, name);
        const { tools: expected, says } = upstream(name);
        expect(tools.map((tool) => tool.name)).toEqual(expect.arrayContaining([...expected]));
        expect(good).toMatchObject({ isError: false });
        expect(JSON.stringify(good)).toContain(says);
      });
    } else if (alone.says !== null) {
      const { cause, says } = alone;
      there(`cannot use ${name} directly: ${cause}`, () => {
        expect(outcome(matrix.direct, client, name)).toEqual({ failed: expect.stringMatching(says) });
      });
    }

    if (bridged !== undefined) {
      there(`cannot use ${name} through the gateway: ${bridged.cause}`, () => {
        expect(outcome(matrix.through, client, name)).toEqual({ failed: expect.stringMatching(bridged.says ?? /^$/) });
      });
      continue;
    }

    there(`sees the same of ${name} through the gateway as directly`, () => {
      const { tools, good } = seen(matrix.through, client, name);
      const expected = yardstick(client, name);
      expect(withoutEra(tools)).toEqual(withoutEra(expected.tools));
      expect(withoutEra(good)).toEqual(withoutEra(expected.good));
    });
  }

  if (client.closely !== true) return;
  const known = columns.filter(({ name }) => KNOWN.has(name));

  // What goes wrong, takes long or is cancelled.
  describe.each(known)('with $name', ({ name }) => {
    const more = (): MoreSeen => closer(seen(matrix.through, client, name));

    it('gets the same error of a tool that turns its arguments down', () => {
      expect(more().bad).toSatisfy(isFailure);
      expect(withoutEra(more().bad)).toEqual(withoutEra(closer(yardstick(client, name)).bad));
    });

    it('gets the same error for a tool that does not exist', () => {
      expect(more().unknown).toSatisfy(isFailure);
      expect(withoutEra(more().unknown)).toEqual(withoutEra(closer(yardstick(client, name)).unknown));
    });

    it('cancels a call and goes on in the same session', () => {
      expect(more().cancelled?.call).toMatchObject({ thrown: expect.stringContaining('cancelled by the test') });
      expect(more().cancelled?.next).toEqual(seen(matrix.through, client, name).good);
    });

    if (!name.startsWith('everything')) return; // the others report no progress

    it('gets the progress notifications of a call', () => {
      expect(more().progress).toEqual(['1/3', '2/3', '3/3']);
    });
  });
});

/** Upstreams with calls that go wrong or take long. */
const KNOWN = new Set(['everything', 'everything-http', 'filesystem', 'memory']);

describe.each(clients)('$name', (client) => {
  it('finds the tools of several upstreams at /mcp, prefixed, and can call one', () => {
    const { tools, good } = seen(matrix.through, client, AGGREGATE);
    const expected = aggregated.flatMap((name) => yardstick(client, name).tools.map((tool) => `${name}__${tool.name}`));
    expect(tools.map((tool) => tool.name).sort()).toEqual(expected.sort());
    expect(withoutEra(good)).toEqual(withoutEra(yardstick(client, 'memory').good));
  });
});

function outcome(where: Matrix['direct'], { name: client }: MatrixClient, name: string): Seen | Failed {
  const found = where.get(client)?.get(name);
  if (found === undefined) throw new Error(`${client} has not tried ${name}.`);
  return found;
}

function seen(where: Matrix['direct'], client: MatrixClient, name: string): Seen {
  const found = outcome(where, client, name);
  if ('failed' in found) throw new Error(found.failed);
  return found;
}

/** What the client itself sees without the gateway, or, where it cannot, another client that reads answers as it does. */
function yardstick(client: MatrixClient, name: string): Seen {
  const own = matrix.direct.get(client.name)?.get(name);
  if (own !== undefined && !('failed' in own)) return own;
  const other = clients.find((each) => each.name === client.like);
  if (other === undefined) throw new Error(`${client.name} has nothing to be compared with.`);
  return seen(matrix.direct, other, name);
}

function closer({ more }: Seen): MoreSeen {
  if (more === undefined) throw new Error('The client was not told to look closer.');
  return more;
}

/** A result that says so, or something thrown: each server has its own way to say no. */
function isFailure(answer: Answer): boolean {
  return 'thrown' in answer || answer.isError;
}

function upstream(name: string): Matrix['upstreams'][string] {
  const found = matrix.upstreams[name];
  if (found === undefined) throw new Error(`There is no upstream '${name}'.`);
  return found;
}
