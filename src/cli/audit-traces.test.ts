import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Trace } from '../policy/learn/trace.ts';
import type { ToolProfile } from '../policy/tool/tool-profile.ts';
import { type AuditTraceOptions, createAuditTraces } from './audit-traces.ts';

const caller = { principal: 'ann', role: 'agent', method: 'api_key' };
const task = { id: 't1', type: 'support' };
let seq = 0;
const line = (entry: object, minute = 0): string => {
  seq += 1;
  return JSON.stringify({ seq, time: new Date(minute * 60_000).toISOString(), ...entry });
};
const intent = (name: string, args: unknown, more: object = {}, minute = 0): string =>
  line(
    { kind: 'intent', caller, upstream: 'crm', method: 'tools/call', name, args: JSON.stringify(args), ...more },
    minute,
  );
const ok = (): string => line({ kind: 'outcome', intent: seq, status: 'ok', bytes: 1, durationMs: 1 });

function tracesOf(lines: readonly string[], options: Partial<AuditTraceOptions> = {}) {
  const traces: Trace[] = [];
  const reader = createAuditTraces({
    profiles: new Map(),
    defaultType: 'default',
    ...options,
    onTrace: (one) => traces.push(one),
  });
  for (const text of lines) reader.line(text);
  reader.end();
  return { traces, counts: reader.counts };
}
const trusted: ToolProfile = {
  tool: 'crm/find',
  hash: '',
  effects: ['read'],
  sinks: {},
  output: 'trusted',
  sandboxed: false,
};

describe('traces of an audit log', () => {
  it('hold the calls of each task together, with how they ended', () => {
    const { traces } = tracesOf([
      intent('find', { id: 1 }, { task }),
      ok(),
      intent('find', { id: 2 }, { task: { id: 't2', type: 'billing' } }),
      intent('pay', { id: 3 }, { task, exposed: true }),
      line({ kind: 'outcome', intent: seq, status: 'tool_error', bytes: 1, durationMs: 1 }),
      line({
        kind: 'refusal',
        code: 'FORBIDDEN',
        caller,
        task,
        upstream: 'crm',
        method: 'tools/call',
        name: 'wipe',
        args: '{}',
      }),
    ]);
    expect(
      traces.map(({ taskType, calls }) => [taskType, calls.map((one) => [one.tool, one.outcome, one.exposed])]),
    ).toEqual([
      ['billing', [['crm/find', 'unfinished', false]]],
      [
        'support',
        [
          ['crm/find', 'ok', false],
          ['crm/pay', 'failed', true],
          ['crm/wipe', 'refused', false],
        ],
      ],
    ]);
  });

  it('never hold a value that was masked or cut as if it had been sent', () => {
    const cut = line({
      kind: 'intent',
      caller,
      task,
      upstream: 'crm',
      method: 'tools/call',
      name: 'find',
      args: '{"q":"abc[cut: 9000 characters]',
    });
    const { traces, counts } = tracesOf([cut, intent('find', { to: { key: '[masked:field]' }, n: 1 }, { task })]);
    expect(traces[0]?.calls.map(({ args, hidden }) => [args, hidden])).toEqual([
      [undefined, []],
      [{ to: { key: '[masked:field]' }, n: 1 }, ['to']],
    ]);
    expect(counts).toMatchObject({ calls: 2, cut: 1, masked: 1 });
  });

  it('outside a task are exposed as soon as anything but a tool known to be trusted has answered', () => {
    const lines = () => [intent('find', {}, { session: 's' }), intent('find', {}, { session: 's' })];
    const exposed = (profiles: AuditTraceOptions['profiles']) =>
      tracesOf(lines(), { profiles }).traces[0]?.calls.map((one) => one.exposed);
    expect(exposed(new Map())).toEqual([false, true]);
    expect(exposed(new Map([['crm/find', trusted]]))).toEqual([false, false]);
    expect(exposed(new Map([['crm/find', { ...trusted, output: 'untrusted' as const }]]))).toEqual([false, true]);
  });

  it('outside a task end with half an hour of silence; those of two callers never meet', () => {
    const other = { ...caller, principal: 'bob' };
    const { traces } = tracesOf([
      intent('find', {}, { session: 's' }, 0),
      intent('find', {}, { session: 's', caller: other }, 1),
      intent('find', {}, { session: 's' }, 29),
      intent('find', {}, { session: 's' }, 60),
    ]);
    expect(traces.map(({ calls }) => calls.length)).toEqual([2, 1, 1]);
  });

  it('get their type from the entry that opened the task, and end with the one that ended it', () => {
    const change = (event: string): string =>
      line({ kind: 'permission_change', event, principal: 'ann', role: 'agent', task: { id: 't9', type: 'support' } });
    const call = (): string => intent('find', {}, { task: { id: 't9' } });
    const { traces, counts } = tracesOf([
      change('opened'),
      call(),
      change('narrowed'),
      call(),
      change('closed'),
      call(),
    ]);
    expect(traces.map(({ taskType, calls }) => [taskType, calls.length])).toEqual([
      ['support', 2],
      ['default', 1],
    ]);
    expect(counts.tornApart).toBe(0);
  });

  it('are torn apart rather than held without bound', () => {
    const many = Array.from({ length: 100 }, (_, i) =>
      intent('find', { text: 'x'.repeat(1_000) }, { task: { id: `t${i}` } }),
    );
    const { traces, counts } = tracesOf(many, { room: 10_000 });
    expect(traces).toHaveLength(100);
    expect(counts.tornApart).toBeGreaterThan(90);
  });

  it('leave out what is no call of a tool, and count lines that are no entries', () => {
    const { traces, counts } = tracesOf([
      line({ kind: 'intent', caller, upstream: 'crm', method: 'tools/list' }),
      line({ kind: 'intent', caller: { principal: 'x' }, upstream: 'crm', method: 'tools/call', name: 'a' }),
      '{"seq":1,"ti',
      '',
      'null',
    ]);
    expect(traces).toEqual([]);
    expect(counts).toMatchObject({ calls: 0, unreadable: 3 });
  });

  it('survive any lines', () => {
    const words = fc.constantFrom(
      'kind',
      'intent',
      'refusal',
      'outcome',
      'seq',
      'time',
      'caller',
      'task',
      'args',
      '__proto__',
    );
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.string(),
            fc.dictionary(words, fc.jsonValue()).map((one) => line(one)),
          ),
        ),
        (lines) => {
          expect(() => tracesOf(lines)).not.toThrow();
        },
      ),
    );
  });
});
