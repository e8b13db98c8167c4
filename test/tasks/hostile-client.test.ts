import { afterEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/kernel/jsonrpc.ts';
import {
  type Attacked,
  type AttackOptions,
  type HostileUpstream,
  hostileUpstream,
  NUMBER,
  type Session,
  startAttacked,
  TEXT,
  textAt,
  textResult,
  tool,
  toolsOf,
} from './attack-gateway.ts';

// A client that was misled, or is the attacker's own: whatever it sends, only what its task allows arrives.

let here: Attacked;
afterEach(() => here.close());

const TOOLS = [
  tool('search', { query: TEXT }),
  tool('pay', { to: TEXT, amount: NUMBER }),
  tool('write_file', { path: { type: 'string', description: 'Path of the file.' }, content: TEXT }),
];

function typesOf(...types: readonly JsonObject[]): JsonObject {
  return { types: types.map((type) => ({ roles: ['user'], pinned: false, ...type })) };
}

async function start(tasks: JsonObject, options?: AttackOptions): Promise<HostileUpstream> {
  const up = hostileUpstream('up', TOOLS);
  here = await startAttacked([up], tasks, options);
  return up;
}

const send = (session: Session, args: string, name = 'up__pay') =>
  session.raw(`{"jsonrpc":"2.0","id":"ID","method":"tools/call","params":{"name":"${name}","arguments":${args}}}`);

describe('arguments', () => {
  const PAY = {
    name: 'work',
    grants: [{ tool: 'up/pay', args: { amount: { max: 10, optional: true } }, other_args: 'none' }],
  };

  it.each(['[]', '[{"amount":99}]', '"{\\"amount\\":99}"', '99', '1e400', 'true', 'false', '""', '0'])(
    'that are no object are refused, not taken for none: %s',
    async (args) => {
      const up = await start(typesOf(PAY));
      const session = await here.work({ type: 'work' });
      expect((await send(session, args)).because).toEqual(['malformed']);
      expect(up.calls()).toEqual([]);
    },
  );

  it('that are absent or null are none, for the upstream as well', async () => {
    const up = await start(typesOf(PAY));
    const session = await here.work({ type: 'work' });
    expect((await send(session, 'null')).through).toBe(true);
    expect((await session.call('up__pay')).through).toBe(true);
    expect(up.calls()).toEqual([null, undefined]);
  });

  it('with a key twice arrive as they were judged', async () => {
    const up = await start(typesOf(PAY));
    const session = await here.work({ type: 'work' });
    expect((await send(session, '{"amount":1,"amount":99}')).because).toEqual(['argument']);
    expect((await send(session, '{"amount":99,"amount":1}')).through).toBe(true);
    const twice = '"arguments":{"amount":99},"arguments":{"amount":1}';
    const said = await session.raw(
      `{"jsonrpc":"2.0","id":"ID","method":"tools/call","params":{"name":"up__search","name":"up__pay",${twice}}}`,
    );
    expect(said.through).toBe(true);
    expect(up.calls()).toEqual([{ amount: 1 }, { amount: 1 }]);
    expect(up.calls('search')).toEqual([]);
  });

  it.each([
    '{"__proto__":{"amount":1}}',
    '{"__proto__":1}',
    '{"constructor":{"prototype":{"amount":1}}}',
    '{"toString":"x"}',
    '{"amount":1,"":2}',
    '{"amount\\u0000":1}',
    '{"\\u0061mount":99}',
    '{"AMOUNT":99}',
    '{"amount":10.000000000000000000001}',
    '{"amount":1e400}',
    '{"amount":{"valueOf":1}}',
    '{"amount":"1"}',
    '{"amount":[1]}',
  ])('with odd keys and numbers fit nothing: %s', async (args) => {
    const up = await start(typesOf(PAY));
    const session = await here.work({ type: 'work' });
    expect((await send(session, args)).because.length).toBeGreaterThan(0);
    expect(up.calls()).toEqual([]);
    expect(({} as { amount?: number }).amount).toBeUndefined();
  });

  it('that nest deep, are very many, or very long end in a refusal', async () => {
    const up = await start(typesOf({ ...PAY, grants: [{ tool: 'up/search', integrity: { query: ['user'] } }] }));
    const session = await here.work({ type: 'work', request: 'look' });
    const deep = (levels: number): string => `${'{"query":'.repeat(levels)}1${'}'.repeat(levels)}`;
    for (const levels of [2, 50, 90]) expect((await send(session, deep(levels), 'up__search')).because).toHaveLength(1);
    expect((await send(session, deep(200), 'up__search')).through).toBe(false);
    const many = JSON.stringify({ query: Array.from({ length: 20_000 }, (_, index) => `${index}`) });
    expect((await send(session, many, 'up__search')).because).toHaveLength(1);
    expect((await send(session, JSON.stringify({ query: 'x'.repeat(900_000) }), 'up__search')).because).toHaveLength(1);
    expect((await send(session, JSON.stringify({ query: 'x'.repeat(5_000_000) }), 'up__search')).status).toBe(413);
    expect(up.calls()).toEqual([]);
  });
});

describe('the last use of a budget', () => {
  it('goes to one of many calls at once, over sessions, endpoints and parts', async () => {
    const up = await start(typesOf({ name: 'work', grants: [{ tool: 'up/search', uses: 5 }] }));
    const { credential } = await here.open({ type: 'work' });
    const sessions = await Promise.all(['/mcp', '/mcp/up', '/mcp'].map((path) => here.connect(credential, path)));
    const said = await Promise.all(
      sessions.flatMap((session, index) =>
        Array.from({ length: 10 }, (_, n) => session.call(index === 1 ? 'search' : 'up__search', { query: `${n}` })),
      ),
    );
    expect(said.filter(({ through }) => through)).toHaveLength(5);
    expect(said.filter(({ because }) => because[0] === 'budget')).toHaveLength(25);
    expect(up.calls()).toHaveLength(5);
  });

  it('is used up by a call that its client cancels, and by one that fails', async () => {
    const up = await start(typesOf({ name: 'work', grants: [{ tool: 'up/search', uses: 2 }] }));
    up.answers.set('tools/call', () => textResult('', { isError: true }));
    const session = await here.work({ type: 'work' });
    await session.call('up__search', {});
    up.errors.set('tools/call', { code: -32000, message: 'no' });
    await session.call('up__search', {});
    expect((await session.call('up__search', {})).because).toEqual(['budget']);
  });
});

describe('a part of a task', () => {
  const TYPES = typesOf(
    { name: 'work', grants: [{ tool: 'up/pay', args: { amount: { max: 10 } }, uses: 2 }] },
    { name: 'wide', grants: [{ tool: '*' }], seconds: 86_400 },
  );

  it('gets nothing by a wider type, another parent, more time or more tools', async () => {
    const up = await start(TYPES);
    const task = await here.work({ type: 'work' });
    const opened = await here.api('POST', '/api/v2/tasks', task.credential, {
      type: 'wide',
      tools: ['up/pay', 'up/search', 'up/write_file'],
      seconds: 86_400,
    });
    expect(opened.status).toBe(201);
    const part = await here.connect(textAt(opened.body, 'credential'));
    expect(await toolsOf(part)).toEqual(['up__pay']);
    for (const args of [{ amount: 11 }, {}]) expect((await part.call('up__pay', args)).through).toBe(false);
    expect((await part.call('up__search', {})).because).toContain('tool');
    for (const expected of [true, true, false])
      expect((await part.call('up__pay', { amount: 1 })).through).toBe(expected);
    expect((await task.call('up__pay', { amount: 1 })).because).toEqual(['budget']);
    const other = await here.open({ type: 'wide' });
    const stolen = await here.api('POST', '/api/v2/tasks', task.credential, { type: 'wide', parent: other.task.id });
    expect(stolen.status).toBe(403);
    expect(up.calls()).toHaveLength(2);
  });

  it('is not made so often that nothing else fits', async () => {
    await start({ ...TYPES, max_open_per_caller: 3 });
    const task = await here.work({ type: 'work' });
    const open = () => here.api('POST', '/api/v2/tasks', task.credential, { type: 'work', tools: ['up/pay'] });
    const opened = await Promise.all(Array.from({ length: 10 }, open));
    expect(opened.filter(({ status }) => status === 201)).toHaveLength(2);
    // Others are not kept from opening theirs.
    await expect(here.open({ type: 'work' }, 'bob')).resolves.toBeDefined();
  });
});

describe('what the credential of a task is not for', () => {
  it('is to widen, end or see other tasks, or to answer approvals', async () => {
    await start(typesOf({ name: 'work', grants: [{ tool: 'up/search' }], on_deny: 'ask' }));
    const [one, other] = [await here.work({ type: 'work' }), await here.work({ type: 'work' })];
    const wider = {
      grants: [{ id: 'mine', tool: 'up/pay', effects: ['read', 'write', 'execute', 'egress'] }],
      why: 'please',
    };
    const asked = await here.api('PATCH', `/api/v2/tasks/${one.task.id}`, one.credential, wider);
    expect(asked.status).toBe(202);
    expect((await one.call('up__pay', { amount: 1 })).because).toEqual(['tool']);
    const id = textAt(asked.body, 'approval');
    const yes = { verdict: 'approved', why: 'me' };
    expect((await here.api('POST', `/api/v2/approvals/${id}`, one.credential, yes)).status).toBe(403);
    for (const [method, body] of [
      ['GET', undefined],
      ['DELETE', undefined],
      ['PATCH', wider],
    ] as const)
      expect((await here.api(method, `/api/v2/tasks/${other.task.id}`, one.credential, body)).status).toBe(404);
    expect((await here.api('GET', '/api/v2/tasks?all=true', one.credential)).status).toBe(403);
    expect(here.keeper.tasks.find(other.task.id)?.status).toBe('open');
  });

  it('is to go on after its caller said so: a standing task is no way round an ended one', async () => {
    const up = await start(typesOf({ name: 'work', grants: [{ tool: 'up/search', uses: 1 }] }), {
      defaults: { user: 'work' },
    });
    const session = await here.connect('ann:user');
    expect((await session.call('up__search', {})).through).toBe(true);
    const [standing] = here.keeper.tasks.list('ann');
    await here.keeper.tasks.close(standing?.id ?? '', 'closed', { by: 'ann', why: 'again' });
    await here
      .connect('ann:user')
      .then((again) => again.call('up__search', {}))
      .catch(() => undefined);
    expect(up.calls()).toHaveLength(1);
  });
});

describe('a role', () => {
  it('that lost a permission takes it from its tasks at once', async () => {
    const up = await start(typesOf({ name: 'work', grants: [{ tool: 'up/*' }] }));
    const session = await here.work({ type: 'work' });
    expect((await session.call('up__pay', { amount: 1 })).through).toBe(true);
    const { gate } = here.gateway;
    const guest = gate.current.roles.get('guest');
    gate.current = {
      ...gate.current,
      roles: new Map(guest === undefined ? [] : [['user', { ...guest, permissions: [] }]]),
    };
    expect((await session.call('up__pay', { amount: 1 })).through).toBe(false);
    gate.current = { ...gate.current, roles: new Map() };
    expect((await session.call('up__pay', { amount: 1 })).through).toBe(false);
    expect(up.calls()).toHaveLength(1);
  });

  it('cannot be had by naming another one’s type', async () => {
    await start(
      typesOf(
        { name: 'work', grants: [{ tool: 'up/*' }] },
        { name: 'bosses', roles: ['boss'], grants: [{ tool: '*' }] },
      ),
    );
    for (const type of ['bosses', 'Work', 'work ', '__proto__', 'constructor', ''])
      await expect(here.open({ type })).rejects.toMatchObject({
        code: expect.stringMatching(/^(TASK_REFUSED|PARAMS_INVALID)$/),
      });
  });
});

describe('other ways to the upstream', () => {
  it('are closed to a task: methods that nobody knows, in any spelling', async () => {
    const up = await start(typesOf({ name: 'work', grants: [{ tool: 'up/search' }] }));
    const session = await here.work({ type: 'work' }, '/mcp/up');
    for (const method of [
      'tools/Call',
      'TOOLS/CALL',
      'tools/call ',
      'tools//call',
      'tools/call/pay',
      'x/y',
      'roots/list',
    ])
      expect((await session.request(method, { name: 'pay', arguments: { amount: 1 } })).through, method).toBe(false);
    expect(up.received.every(({ method }) => /^(?:initialize|tools\/list)$/.test(method))).toBe(true);
  });

  it('are not opened by what stands beside the arguments', async () => {
    const up = await start(typesOf({ name: 'work', grants: [{ tool: 'up/search' }] }));
    const session = await here.work({ type: 'work' });
    const params = {
      name: 'up__search',
      arguments: {},
      inputResponses: { to: 'eve' },
      requestState: 'mine',
      task: { ttl: 1 },
    };
    await session.request('tools/call', { ...params, tool: 'up__pay', upstream: 'up', method: 'pay' });
    expect(up.calls('pay')).toEqual([]);
    expect((await session.request('tools/call', { ...params, name: ['up__pay'] })).through).toBe(false);
    expect((await session.request('tools/call', { ...params, name: { toString: 'up__pay' } })).through).toBe(false);
  });
});
