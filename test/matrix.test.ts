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

it('has a column for each upstream', () => {
  expect(Object.keys(matrix.upstreams).sort()).toEqual(columns.map(({ name }) => name).sort());
});

const all = clients.flatMap((client) => columns.map((column) => ({ client, column, name: column.name })));

// The yardstick: if one of these fails, what follows says nothing.
const open = all.filter(({ client, column }) => directly(client, column) === undefined);

describe.each(open)('$client.name and $name, directly', ({ client, column, name }) => {
  it.runIf(runnable.includes(column))('list and call', () => {
    const { tools, good } = seen(matrix.direct, client, name);
    const upstream = matrix.upstreams[name];
    expect(tools.map((tool) => tool.name)).toEqual(expect.arrayContaining([...(upstream?.tools ?? [])]));
    expect(good).toMatchObject({ isError: false });
    expect(JSON.stringify(good)).toContain(upstream?.says);
  });
});

const closed = all.flatMap((pair) => {
  const says = directly(pair.client, pair.column)?.says ?? null;
  return says === null ? [] : [{ ...pair, says }];
});

describe.each(closed)('$client.name and $name, directly', ({ client, column, name, says }) => {
  it.runIf(runnable.includes(column))('still cannot', () => {
    expect(outcome(matrix.direct, client, name)).toEqual({ failed: expect.stringMatching(says) });
  });
});

const working = all.filter(({ client, column }) => throughTheGateway(client, column) === undefined);

describe.each(working)('$client.name and $name, through the gateway', ({ client, column, name }) => {
  it.runIf(runnable.includes(column))('show the same as directly', () => {
    const { tools, good } = seen(matrix.through, client, name);
    const expected = yardstick(client, name);
    expect(withoutEra(tools)).toEqual(withoutEra(expected.tools));
    expect(withoutEra(good)).toEqual(withoutEra(expected.good));
  });
});

const failing = all.flatMap((pair) => {
  const exception = throughTheGateway(pair.client, pair.column);
  return exception === undefined ? [] : [{ ...pair, ...exception }];
});

describe.each(failing)('$client.name and $name, through the gateway: $cause', ({ client, column, name, says }) => {
  it.runIf(runnable.includes(column))('still cannot', () => {
    expect(outcome(matrix.through, client, name)).toEqual({ failed: expect.stringMatching(says) });
  });
});

describe.each(clients)('$name', (client) => {
  it('finds the tools of several upstreams at /mcp, prefixed, and can call one', () => {
    const { tools, good } = seen(matrix.through, client, AGGREGATE);
    const names = aggregated.flatMap((name) => yardstick(client, name).tools.map((tool) => `${name}__${tool.name}`));
    expect(tools.map((tool) => tool.name).sort()).toEqual(names.sort());
    expect(withoutEra(good)).toEqual(withoutEra(yardstick(client, 'memory').good));
  });

  const { version } = client;
  if (version === undefined) return; // it does not tell

  it(`speaks ${version} with the gateway, whatever the server does`, () => {
    const versions = [...(matrix.through.get(client.name)?.values() ?? [])].map(
      (each) => 'tools' in each && each.version,
    );
    expect(new Set(versions)).toEqual(new Set([version]));
  });
});

const KNOWN = ['everything', 'everything-http', 'everything-sse', 'filesystem', 'memory'];
const pairs = clients.filter(({ closely }) => closely).flatMap((client) => KNOWN.map((name) => ({ client, name })));

describe.each(pairs)('$client.name and $name, through the gateway', ({ client, name }) => {
  it('gets the same error of a tool that turns its arguments down', () => {
    const { bad } = closer(seen(matrix.through, client, name));
    expect(bad).toSatisfy(isFailure);
    expect(withoutEra(bad)).toEqual(withoutEra(closer(yardstick(client, name)).bad));
  });

  it('gets the same error for a tool that does not exist', () => {
    const { unknown } = closer(seen(matrix.through, client, name));
    expect(unknown).toSatisfy(isFailure);
    expect(withoutEra(unknown)).toEqual(withoutEra(closer(yardstick(client, name)).unknown));
  });

  it('cancels a call and goes on in the same session', () => {
    const { good, more } = seen(matrix.through, client, name);
    expect(more?.cancelled?.call).toMatchObject({ thrown: expect.stringContaining('cancelled by the test') });
    expect(more?.cancelled?.next).toEqual(good);
  });

  if (!name.startsWith('everything')) return; // the others report no progress

  it('gets the progress notifications of a call', () => {
    expect(closer(seen(matrix.through, client, name)).progress).toEqual(['1/3', '2/3', '3/3']);
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
