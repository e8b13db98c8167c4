import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runMerlon } from './deployment.ts';
import { type GatewayProcess, startGateway } from './gateway-process.ts';

const run = promisify(execFile);
const inspector = join(import.meta.dirname, 'clients', 'node_modules', '.bin', 'inspector');

let home: string;
let gateway: GatewayProcess;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'merlon-connect-'));
  const env = { MEMORY_FILE_PATH: join(home, 'memory.jsonl') };
  gateway = await startGateway({ mcpServers: { memory: { command: 'mcp-server-memory', env } } });
});

afterAll(async () => {
  await gateway?.stop();
  rmSync(home, { recursive: true, force: true });
});

describe('merlon connect, as a program', () => {
  const file = (): string => join(home, '.mcp-inspector', 'mcp.json');

  it('writes nothing where nobody can be asked, and ends with 2', async () => {
    const ended = await runMerlon(['connect', 'inspector', '--url', gateway.url], { HOME: home });
    expect(ended).toMatchObject({ code: 2, stderr: expect.stringMatching(/^USAGE: /) });
    expect(existsSync(file())).toBe(false);
  });

  it('connects the MCP Inspector, which then sees the tools behind the gateway', async () => {
    const key = await gateway.key('admin');
    const args = ['connect', 'inspector', 'memory', '--url', gateway.url, '--literal-key', '--yes'];
    const ended = await runMerlon(args, { HOME: home, MERLON_API_KEY: key });
    expect(ended.code).toBe(0);
    expect(ended.stdout + ended.stderr).not.toContain(key);
    const ask = [
      '--cli',
      '--catalog',
      file(),
      '--server',
      'merlon-memory',
      '--method',
      'tools/list',
      '--format',
      'json',
    ];
    const env = { ...process.env, HOME: home, NODE_EXTRA_CA_CERTS: gateway.caFile };
    const { stdout } = await run(process.execPath, [inspector, ...ask], { env, timeout: 45_000 });
    expect(stdout).toContain('"read_graph"');
  });

  it('lists it, and takes it back', async () => {
    const listed = await runMerlon(['connect'], { HOME: home });
    expect(listed).toMatchObject({ code: 0, stdout: expect.stringContaining('through Merlon (http)') });
    await expect(runMerlon(['connect', 'inspector', '--undo', '--yes'], { HOME: home })).resolves.toMatchObject({
      code: 0,
    });
    expect(JSON.parse(readFileSync(file(), 'utf8'))).toEqual({ mcpServers: {} });
  });
});
