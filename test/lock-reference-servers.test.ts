import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runLock } from '../src/cli/run-lock.ts';
import { parseLockfile } from '../src/policy/tool/lockfile.ts';

const bin = resolve(import.meta.dirname, '../node_modules/.bin');
let folder: string;
/** `upstream/name` to effects and sinks, in a line. */
let locked: Record<string, string>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'merlon-lock-'));
  const config = join(folder, 'merlon.yaml');
  writeFileSync(
    config,
    `server: { secure: false, state_dir: ./state }
security: { audit_log_path: ./state/audit.log }
logging: { path: ./state/server.log }
mcpServers:
  filesystem: { command: mcp-server-filesystem, args: ['${folder}'] }
  memory: { command: mcp-server-memory, env: { MEMORY_FILE_PATH: '${join(folder, 'memory.json')}' } }
  everything: { command: mcp-server-everything }
`,
  );
  const env = { PATH: [bin, process.env['PATH']].join(delimiter) };
  await runLock({ config }, { env, print: () => undefined, stderr: () => undefined });
  const { tools } = parseLockfile(readFileSync(join(folder, 'merlon.lock'), 'utf8'));
  locked = Object.fromEntries(
    tools.map(({ tool, effects, sinks }) => [
      tool,
      [effects.join('+'), ...Object.entries(sinks).map(([path, kind]) => `${path}=${kind}`)].join(' '),
    ]),
  );
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

function toolsOf(upstream: string): Record<string, string> {
  const own = Object.entries(locked).filter(([tool]) => tool.startsWith(`${upstream}/`));
  return Object.fromEntries(own.map(([tool, line]) => [tool.slice(upstream.length + 1), line]));
}

describe('what the reference servers can do', () => {
  it('filesystem: read and write paths', () => {
    expect(toolsOf('filesystem')).toEqual({
      read_file: 'read path=path',
      read_text_file: 'read path=path',
      read_media_file: 'read path=path',
      read_multiple_files: 'read paths=path',
      write_file: 'write path=path',
      edit_file: 'write path=path',
      create_directory: 'write path=path',
      list_directory: 'read path=path',
      list_directory_with_sizes: 'read path=path',
      directory_tree: 'read path=path',
      move_file: 'write destination=path source=path',
      search_files: 'read path=path',
      get_file_info: 'read path=path',
      list_allowed_directories: 'read',
    });
  });

  it('memory: read and write what it keeps', () => {
    expect(toolsOf('memory')).toEqual({
      create_entities: 'write',
      create_relations: 'write',
      add_observations: 'write',
      delete_entities: 'write entityNames=target',
      delete_observations: 'write deletions[].entityName=target deletions[].observations=target',
      delete_relations: 'write relations[].from=target relations[].to=target',
      read_graph: 'read',
      search_nodes: 'read',
      open_nodes: 'read',
    });
  });

  it('everything: a little of all', () => {
    expect(toolsOf('everything')).toMatchObject({
      echo: 'read',
      'get-sum': 'read',
      'get-env': 'read',
      'gzip-file-as-resource': expect.stringMatching(/^write\+egress .*data=url/),
    });
  });
});
