/** What a scan costs: a live gateway, a hundred client files, and `--help`, beside an empty Node and another scanner. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installFolder } from '../../scripts/install.ts';
import { startGateway } from '../../test/gateway-process.ts';
import { everything } from '../gateway/everything-chains.ts';
import { buildMerlon } from '../gateway/merlon-chain.ts';
import type { Bench, Row } from '../bench.ts';
import { timed, type Timed } from './timed.ts';

const root = join(import.meta.dirname, '../..');
const merlon = join(root, 'dist/cli/main.js');
const baselines = join(root, 'bench/baselines');
/** The other scanner reads the same files and asks no network either. */
const other = join(baselines, 'node_modules/mcp-scan/dist/index.js');
const FILES = 100;
const ROUNDS = 9;

export const bench: Bench = {
  about: 'merlon scan and --help, beside node -e 0 and mcp-scan',
  async run({ say, only }) {
    buildMerlon(say);
    installFolder(baselines, say);
    const folder = mkdtempSync(join(tmpdir(), 'merlon-bench-scan-'));
    try {
      const files = clientFiles(folder);
      const one = allInOne(folder);
      const empty = { name: 'node -e 0', args: ['-e', '0'], codes: [0] };
      const commands = [
        empty,
        { name: 'merlon --help', args: [merlon, '--help'], codes: [0] },
        {
          name: `merlon scan, ${FILES} client files`,
          args: [merlon, 'scan', '--format', 'json', ...files],
          codes: [0, 1],
        },
        { name: 'merlon scan, one file', args: [merlon, 'scan', '--format', 'json', one], codes: [0, 1] },
        // Its report on a folder asks the network; a single file can be scanned without.
        {
          name: 'mcp-scan, the same file',
          args: [other, 'scan', '--offline', '--json', '--config', one],
          codes: [0, 1],
        },
      ].filter(({ name }) => only.length === 0 || only.some((word) => name.includes(word)));
      const env = { HOME: folder, PATH: process.env['PATH'] ?? '', NO_COLOR: '1' };
      const found = timed(commands, { rounds: ROUNDS, cwd: folder, env, say });
      const live = await liveScan(say);
      return resultOf([...found, ...live]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** Files as people have them: a few servers each, most of them fine. */
function clientFiles(folder: string): string[] {
  return Array.from({ length: FILES }, (_, index) => {
    const project = join(folder, `project-${index}`);
    mkdirSync(project, { recursive: true });
    return written(join(project, '.mcp.json'), Object.fromEntries(serversOf(index)));
  });
}

/** All servers of these files in one. */
function allInOne(folder: string): string {
  const entries = Array.from({ length: FILES }, (_, index) => serversOf(index)).flat();
  return written(
    join(folder, 'mcp.json'),
    Object.fromEntries(entries.map(([name, entry], index) => [`${name}-${index}`, entry])),
  );
}

function written(file: string, mcpServers: object): string {
  writeFileSync(file, JSON.stringify({ mcpServers }, null, 2));
  return file;
}

function serversOf(index: number): (readonly [string, object])[] {
  const folder = `/srv/project-${index}`;
  const url = `https://docs-${index}.example.com/mcp`;
  return [
    ['files', { command: 'npx', args: ['-y', '@modelcontextprotocol/server-filesystem@2026.8.31', folder] }],
    ['docs', { type: 'http', url, headers: { Authorization: 'Bearer ${DOCS_TOKEN}' } }],
    ['search', { command: 'uvx', args: ['some-search-server'], env: { API_KEY: '${SEARCH_KEY}' } }],
    ['build', { command: 'node', args: ['build/index.js'], autoApprove: index % 10 === 0 ? ['run'] : [] }],
  ];
}

async function liveScan(say: (line: string) => void): Promise<Timed[]> {
  const mcpServers = { everything: { command: process.execPath, args: [everything, 'stdio'] } };
  // Limits that never make a scan wait: what is measured is the scan, not the patience that a server asks for.
  const security = { max_requests_per_minute: 1_000_000, rate_limit_burst: 1_000_000 };
  const gateway = await startGateway({ security, mcpServers }, { program: merlon });
  try {
    const env = {
      HOME: gateway.folder,
      PATH: process.env['PATH'] ?? '',
      MERLON_API_KEY: await gateway.key('admin'),
    };
    const args = [merlon, 'scan', `${gateway.url}/mcp`, '--ca', gateway.caFile, '--format', 'json'];
    return timed([{ name: 'merlon scan, live gateway', args, codes: [0, 1, 3] }], {
      rounds: 5,
      cwd: gateway.folder,
      env,
      say,
    });
  } finally {
    await gateway.stop();
  }
}

function resultOf(found: readonly Timed[]) {
  const emptyMs = found.find(({ name }) => name === 'node -e 0')?.medianMs;
  const rows: Row[] = found.map(({ name, medianMs, worstMs }) => ({
    command: name,
    'median ms': Math.round(medianMs),
    'worst ms': Math.round(worstMs),
    '× node -e 0': emptyMs === undefined ? null : Math.round((10 * medianMs) / emptyMs) / 10,
  }));
  const of = (start: string): string => {
    const one = found.find(({ name }) => name.startsWith(start));
    return one === undefined ? '–' : `${Math.round(one.medianMs)} ms`;
  };
  const headline =
    `live target ${of('merlon scan, live')}, ${FILES} client files ${of('merlon scan, 100')}, ` +
    `one file ${of('merlon scan, one')} (mcp-scan ${of('mcp-scan')}), --help ${of('merlon --help')} (node -e 0 ${of('node')})`;
  return { rows, headline, failed: found.some(({ failed }) => failed) };
}
