import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isObject, type Json, type JsonObject, parseJson } from '../../src/kernel/jsonrpc.ts';

/** One piece of work, as it was recorded: what the user said and what was called. */
export interface Session {
  /** Sessions of one task never stand on both sides of a split. */
  readonly task: string;
  /** All that the user said. */
  readonly request: string;
  readonly calls: readonly SessionCall[];
}

/** One call of a session. */
export interface SessionCall {
  /** Without its upstream. */
  readonly name: string;
  readonly args: JsonObject;
  /** What the tool returned; undefined where that was not recorded. */
  readonly output: string | undefined;
  /** The tool said no. */
  readonly failed: boolean;
}

/** Sessions of one kind, with the upstream that they work on. */
export interface SessionSet {
  readonly name: string;
  readonly upstream: string;
  readonly sessions: readonly Session[];
}

/** Loads the sets of tau-bench from a folder that holds `tau-bench/`. */
export async function loadSessions(data: string): Promise<SessionSet[]> {
  const folder = join(data, 'tau-bench');
  const read = async (file: string): Promise<Json[]> => listOf(parseJson(await readFile(join(folder, file), 'utf8')));
  const [airline = [], retail = [], recorded = []] = await Promise.all(
    ['airline-test.json', 'retail-test.json', 'gpt-4o-airline-trajectories.json'].map(read),
  );
  return [
    { name: 'airline, right answers', upstream: 'airline', sessions: airline.map(answerOf) },
    { name: 'retail, right answers', upstream: 'retail', sessions: retail.map(answerOf) },
    { name: 'airline, recorded sessions', upstream: 'airline', sessions: recorded.map(recordingOf) },
  ];
}

/** A task with the calls that solve it; their outputs are not known. */
function answerOf(task: Json, index: number): Session {
  const calls = listOf(field(task, 'calls')).map((call) => ({
    name: textOf(field(call, 'function')),
    args: objectOf(field(call, 'args')),
    output: undefined,
    failed: false,
  }));
  return { task: String(index), request: textOf(field(task, 'instruction')), calls };
}

/** What a model did, with the messages of a user and the outputs of the tools. */
function recordingOf(recording: Json): Session {
  const messages = listOf(field(recording, 'traj'));
  const outputs = new Map<Json, string>();
  const asked: Json[] = [];
  for (const message of messages) {
    asked.push(...listOf(field(message, 'tool_calls')));
    // One call at a time, so the next output belongs to the call before it; ids are there twice.
    const last = asked.at(-1);
    if (field(message, 'role') === 'tool' && last !== undefined) outputs.set(last, textOf(field(message, 'content')));
  }
  const calls = asked.map((call) => {
    const made = field(call, 'function');
    const output = outputs.get(call);
    return {
      name: textOf(field(made, 'name')),
      args: objectOf(parseJson(textOf(field(made, 'arguments')))),
      output,
      failed: output === undefined || output.startsWith('Error'),
    };
  });
  const said = messages.filter((message) => field(message, 'role') === 'user');
  const request = said.map((message) => textOf(field(message, 'content'))).join('\n');
  return { task: JSON.stringify(field(recording, 'task_id') ?? null), request, calls };
}

function field(value: Json | undefined, key: string): Json | undefined {
  return isObject(value) ? value[key] : undefined;
}

function listOf(value: unknown): Json[] {
  return Array.isArray(value) ? (value as Json[]) : [];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}
