import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServerEntry, StdioEntry, Target } from './clients/plan.ts';
import { freePort } from './free-port.ts';
import { type Program, startProgram } from './program.ts';

const root = join(import.meta.dirname, '..');
const bin = join(root, 'node_modules', '.bin');

/** Preloaded into a server that would listen on every interface. */
export const loopbackOnly: string = join(root, 'examples', 'quickstart', 'loopback-only.mjs');

/** An upstream as the client suites use it: how it is reached, which tools it has, what to call on it. */
export interface Upstream extends Omit<Target, 'name'> {
  /** Some of its tools. */
  readonly tools: readonly string[];
  /** What stands in the answer to the good call. */
  readonly says: string;
}

/** An upstream that is called on in every way. */
export type KnownUpstream = Required<Upstream>;

const LONG_RUNNING = 'trigger-long-running-operation';

/**
 * Tools of server-everything 2026.8.31 that every client is offered from the start; `simulate-research-query` joins them
 * once a client has said that it is initialized, others for clients with roots, sampling or elicitation.
 */
export const everythingTools = [
  'echo',
  'get-annotated-message',
  'get-env',
  'get-resource-links',
  'get-resource-reference',
  'get-structured-content',
  'get-sum',
  'get-tiny-image',
  'gzip-file-as-resource',
  'toggle-simulated-logging',
  'toggle-subscriber-updates',
  LONG_RUNNING,
];

const everything: Omit<KnownUpstream, 'entry'> = {
  tools: everythingTools,
  good: { name: 'get-sum', arguments: { a: 2, b: 3 } },
  more: {
    bad: { name: 'echo', arguments: {} },
    slow: { name: LONG_RUNNING, arguments: { duration: 5, steps: 50 } },
    brief: { name: LONG_RUNNING, arguments: { duration: 0.3, steps: 3 } },
  },
  says: 'The sum of 2 and 3 is 5.',
};

/** server-everything over HTTP, of today or of 2024-11-05, in a process of its own. */
export async function startEverything(type: 'http' | 'sse' = 'http'): Promise<{ program: Program; url: string }> {
  const port = await freePort();
  const server = [join(bin, 'mcp-server-everything'), type === 'http' ? 'streamableHttp' : 'sse'];
  const program = await startProgram({
    command: process.execPath,
    args: ['--import', loopbackOnly, ...server],
    env: { PORT: String(port) },
    ready: port,
  });
  return { program, url: `http://127.0.0.1:${port}/${type === 'http' ? 'mcp' : 'sse'}` };
}

/** server-everything at `url`. */
export function everythingAt(url: string, type: 'http' | 'sse' = 'http'): KnownUpstream {
  return { ...everything, entry: { type, url } };
}

/** The four upstreams that need no foreign packages, by name; files go to `folder`. */
export async function upstreamsIn(
  folder: string,
  everythingUrl: string,
): Promise<Readonly<Record<string, KnownUpstream>>> {
  const shared = join(folder, 'shared');
  await mkdir(shared, { recursive: true });
  await writeFile(join(shared, 'hello.txt'), 'Hello from a file.');
  return {
    everything: { ...everything, entry: stdio('mcp-server-everything', ['stdio']) },
    'everything-http': everythingAt(everythingUrl),
    filesystem: {
      entry: stdio('mcp-server-filesystem', [shared]),
      tools: ['read_text_file', 'write_file', 'list_directory', 'list_allowed_directories'],
      good: { name: 'read_text_file', arguments: { path: join(shared, 'hello.txt') } },
      more: { bad: { name: 'read_text_file', arguments: { path: join(folder, 'elsewhere.txt') } } },
      says: 'Hello from a file.',
    },
    memory: {
      entry: { ...stdio('mcp-server-memory', []), env: { MEMORY_FILE_PATH: join(folder, 'memory.jsonl') } },
      tools: ['create_entities', 'read_graph', 'search_nodes'],
      good: { name: 'search_nodes', arguments: { query: 'merlon' } },
      more: { bad: { name: 'search_nodes', arguments: { query: 7 } } },
      says: 'entities',
    },
  };
}

/** What `mcpServers` holds of upstreams. */
export function entriesOf(upstreams: Readonly<Record<string, Upstream>>): Readonly<Record<string, ServerEntry>> {
  return Object.fromEntries(Object.entries(upstreams).map(([name, { entry }]) => [name, entry]));
}

function stdio(program: string, args: readonly string[]): StdioEntry {
  return { command: process.execPath, args: [join(bin, program), ...args] };
}
