import { isObject, type JsonObject, parseJson } from '../kernel/jsonrpc.ts';
import type { Trace, TraceCall, TraceOutcome } from '../policy/learn/trace.ts';
import type { ToolProfile } from '../policy/tool/tool-profile.ts';

/** How entries of an audit log become traces. */
export interface AuditTraceOptions {
  /** The tools as they are defined, by `upstream/name`: whose output is text of strangers, where the log does not say. */
  readonly profiles: ReadonlyMap<string, ToolProfile>;
  /** Task type of calls that were made outside any task. */
  readonly defaultType: string;
  /** Gets each trace once, when it is over or when room is needed. */
  readonly onTrace: (trace: Trace) => void;
  /** About how many characters open traces may hold. Default 33,554,432. */
  readonly room?: number;
}

/** What was met on the way, for people. */
export interface AuditTraceCounts {
  /** Lines that are no entry. */
  unreadable: number;
  /** Calls of tools. */
  calls: number;
  /** Of those: made outside any task, where the log does not say what the task had seen before. */
  withoutTask: number;
  /** Of those: the arguments were cut or are not there. */
  cut: number;
  /** Of those: with values that were masked. */
  masked: number;
  /** Traces that were ended before the log said so, because too many were open: later calls of them count apart. */
  tornApart: number;
}

/** Takes lines of an audit log, oldest first. */
export interface AuditTraces {
  line(text: string): void;
  /** Hands out what is still open. */
  end(): void;
  readonly counts: Readonly<AuditTraceCounts>;
}

/** Calls outside any task belong to one trace until there is silence as long as this. */
const SILENCE_MS = 1_800_000;
const ROOM = 33_554_432;
const CALL_COST = 400;
/** Open tasks whose type is remembered. */
const MOST_TYPES = 100_000;
const MASKED = /\[masked:/;

/** Makes traces of an audit log: the calls of each task together, in order. Holds a bounded number of them. */
export function createAuditTraces({ profiles, defaultType, onTrace, room = ROOM }: AuditTraceOptions): AuditTraces {
  const counts = { unreadable: 0, calls: 0, withoutTask: 0, cut: 0, masked: 0, tornApart: 0 };
  /** Oldest activity first. */
  const open = new Map<string, OpenTrace>();
  const waiting = new Map<number, OpenCall>();
  const types = new Map<string, string>();
  let held = 0;

  function close(key: string, trace: OpenTrace): void {
    open.delete(key);
    for (const { seq } of trace.calls) waiting.delete(seq);
    held -= trace.cost;
    onTrace({
      taskType: trace.taskType,
      role: trace.role,
      calls: trace.calls.map(({ call, outcome }) => ({ ...call, outcome })),
    });
  }

  function traceOf(entry: JsonObject, time: number): { key: string; trace: OpenTrace } | undefined {
    const caller = isObject(entry['caller']) ? entry['caller'] : {};
    const { role, principal } = caller;
    if (typeof role !== 'string' || typeof principal !== 'string') return undefined;
    const task = isObject(entry['task']) ? entry['task'] : undefined;
    const id = task === undefined ? ['outside', entry['session']] : ['task', task['id']];
    const key = JSON.stringify([principal, role, ...id]);
    let trace = open.get(key);
    if (trace !== undefined && task === undefined && time - trace.time > SILENCE_MS) {
      close(key, trace);
      trace = undefined;
    }
    const type = task?.['type'] ?? types.get(textOf(task?.['id']));
    trace ??= {
      taskType: typeof type === 'string' ? type : defaultType,
      role,
      calls: [],
      cost: 0,
      time,
      hasSeen: false,
    };
    trace.time = time;
    open.delete(key);
    open.set(key, trace);
    return { key, trace };
  }

  function add(entry: JsonObject, seq: number, time: number, outcome: TraceOutcome): void {
    const { upstream, name, method } = entry;
    if (method !== 'tools/call' || typeof upstream !== 'string' || typeof name !== 'string') return;
    const found = traceOf(entry, time);
    if (found === undefined) return;
    const { trace } = found;
    const call = callOf(entry, `${upstream}/${name}`, trace);
    count(call, entry);
    const openCall = { seq, call, outcome };
    trace.calls.push(openCall);
    if (outcome === 'unfinished') waiting.set(seq, openCall);
    const cost = CALL_COST + (typeof entry['args'] === 'string' ? entry['args'].length : 0);
    trace.cost += cost;
    held += cost;
    makeRoom();
  }

  function callOf(entry: JsonObject, tool: string, trace: OpenTrace): Omit<TraceCall, 'outcome'> {
    // A call under a task says itself whether the task was exposed; for others it follows from what came before.
    const exposed = isObject(entry['task']) ? entry['exposed'] === true : trace.hasSeen;
    if (profiles.get(tool)?.output !== 'trusted') trace.hasSeen = true;
    const args = argsOf(entry['args']);
    const hidden = Object.keys(args ?? {}).filter((key) => MASKED.test(JSON.stringify([key, args?.[key]])));
    return { tool, args, hidden, exposed };
  }

  function count({ args, hidden = [] }: Omit<TraceCall, 'outcome'>, entry: JsonObject): void {
    counts.calls += 1;
    if (!isObject(entry['task'])) counts.withoutTask += 1;
    if (args === undefined) counts.cut += 1;
    if (hidden.length > 0) counts.masked += 1;
  }

  /** What is said of a task when it is opened and when it ends. */
  function changeTask({ event, principal, role, task }: JsonObject): void {
    const { id, type } = isObject(task) ? task : {};
    if (typeof id !== 'string') return;
    if (event === 'opened' && typeof type === 'string' && types.size < MOST_TYPES) types.set(id, type);
    if (event !== 'closed' && event !== 'expired' && event !== 'revoked') return;
    types.delete(id);
    const key = JSON.stringify([principal, role, 'task', id]);
    const trace = open.get(key);
    if (trace !== undefined) close(key, trace);
  }

  function makeRoom(): void {
    for (const [key, trace] of open) {
      if (held <= room || open.size === 1) return;
      counts.tornApart += 1;
      close(key, trace);
    }
  }

  return {
    counts,
    line(text) {
      const entry = entryOf(text);
      if (entry === undefined) counts.unreadable += 1;
      else if (entry.kind === 'intent') add(entry.fields, entry.seq, entry.time, 'unfinished');
      else if (entry.kind === 'refusal') add(entry.fields, entry.seq, entry.time, 'refused');
      else if (entry.kind === 'outcome') settle(waiting, entry.fields);
      else if (entry.kind === 'permission_change') changeTask(entry.fields);
    },
    end() {
      for (const [key, trace] of open) close(key, trace);
    },
  };
}

interface OpenCall {
  readonly seq: number;
  readonly call: Omit<TraceCall, 'outcome'>;
  outcome: TraceOutcome;
}

interface OpenTrace {
  readonly taskType: string;
  readonly role: string;
  readonly calls: OpenCall[];
  /** About how many characters it holds. */
  cost: number;
  time: number;
  /** True once a tool whose output is not known to be trusted was called. */
  hasSeen: boolean;
}

interface Entry {
  readonly kind: unknown;
  readonly seq: number;
  readonly time: number;
  readonly fields: JsonObject;
}

function entryOf(text: string): Entry | undefined {
  const fields = read(text);
  if (fields === undefined) return undefined;
  const { kind, seq, time } = fields;
  const at = typeof time === 'string' ? Date.parse(time) : Number.NaN;
  return typeof seq !== 'number' || Number.isNaN(at) ? undefined : { kind, seq, time: at, fields };
}

/** What of the arguments can be relied on: nothing of a text that was cut. */
function argsOf(text: unknown): JsonObject | undefined {
  return typeof text === 'string' ? read(text) : undefined;
}

function read(text: string): JsonObject | undefined {
  try {
    const value = parseJson(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function settle(waiting: Map<number, OpenCall>, { intent, status }: JsonObject): void {
  if (typeof intent !== 'number') return;
  const call = waiting.get(intent);
  waiting.delete(intent);
  if (call === undefined || status === 'input_required') return;
  call.outcome = status === 'ok' ? 'ok' : 'failed';
}
