import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plan } from './clients/plan.ts';
import { freePort } from './free-port.ts';
import { type Program, startProgram } from './program.ts';

const bin = join(import.meta.dirname, '..', 'node_modules', '.bin');

/** What `mcpServers` holds of an upstream: the shape that MCP clients use. */
export type UpstreamConfig = Readonly<Record<string, unknown>>;

/** An upstream as the client suites use it: how it is configured, which tools it has, what to call on it. */
export interface Upstream {
  readonly config: UpstreamConfig;
  readonly tools: readonly string[];
  readonly calls: Omit<Plan, 'url' | 'key'>;
  /** What the good call answers. */
  readonly goodText: string;
}

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

const everything: Omit<Upstream, 'config'> = {
  tools: everythingTools,
  calls: {
    good: { name: 'get-sum', arguments: { a: 2, b: 3 } },
    bad: { name: 'echo', arguments: {} },
    slow: { name: LONG_RUNNING, arguments: { duration: 5, steps: 50 } },
    brief: { name: LONG_RUNNING, arguments: { duration: 0.3, steps: 3 } },
  },
  goodText: 'The sum of 2 and 3 is 5.',
};

/** server-everything over streamable HTTP in a process of its own. */
export async function startEverything(): Promise<{ program: Program; url: string }> {
  const port = await freePort();
  const args = [join(bin, 'mcp-server-everything'), 'streamableHttp'];
  const program = await startProgram({
    command: process.execPath,
    args,
    env: { PORT: String(port) },
    ready: port,
  });
  return { program, url: `http://127.0.0.1:${port}/mcp` };
}

/** server-everything at `url`. */
export function everythingAt(url: string): Upstream {
  return { ...everything, config: { url } };
}

/** The four upstreams of the client suites, by name; files go to `folder`. */
export async function upstreamsIn(folder: string, everythingUrl: string): Promise<Readonly<Record<string, Upstream>>> {
  const shared = join(folder, 'shared');
  await mkdir(shared, { recursive: true });
  await writeFile(join(shared, 'hello.txt'), 'Hello from a file.');
  return {
    everything: { ...everything, config: stdio('mcp-server-everything', ['stdio']) },
    'everything-http': everythingAt(everythingUrl),
    filesystem: {
      config: stdio('mcp-server-filesystem', [shared]),
      tools: ['read_text_file', 'write_file', 'list_directory', 'list_allowed_directories'],
      calls: {
        good: { name: 'read_text_file', arguments: { path: join(shared, 'hello.txt') } },
        bad: { name: 'read_text_file', arguments: { path: join(folder, 'elsewhere.txt') } },
      },
      goodText: 'Hello from a file.',
    },
    memory: {
      config: { ...stdio('mcp-server-memory', []), env: { MEMORY_FILE_PATH: join(folder, 'memory.jsonl') } },
      tools: ['create_entities', 'read_graph', 'search_nodes'],
      calls: {
        good: { name: 'search_nodes', arguments: { query: 'merlon' } },
        bad: { name: 'search_nodes', arguments: { query: 7 } },
      },
      goodText: JSON.stringify({ entities: [], relations: [] }, null, 2),
    },
  };
}

function stdio(program: string, args: readonly string[]): UpstreamConfig {
  return { command: process.execPath, args: [join(bin, program), ...args] };
}
