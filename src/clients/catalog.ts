import type { Client, ClientFile, PathRule, Platform, Reference, Shape } from './client.ts';
import { nearest } from '../kernel/nearest.ts';
import { at, codex, continueDev, goose, mcpServers, opencode, typedStdio, vscode, zed } from './shapes.ts';

const UNIX: readonly Platform[] = ['linux', 'darwin'];

function home(path: string): PathRule {
  return { base: 'home', path };
}

function project(path: string): PathRule {
  return { base: 'project', path };
}

/** Where Electron programs keep their data: a folder of their own in each system's place for it. */
function appData(path: string): PathRule[] {
  return [
    { base: 'config', path, on: ['linux'] },
    { base: 'support', path, on: ['darwin'] },
    { base: 'appdata', path, on: ['win32'] },
  ];
}

function json(scope: ClientFile['scope'], paths: readonly PathRule[], shape: Shape): ClientFile {
  return { scope, paths, format: 'json', shape };
}

function readOnly(file: ClientFile): ClientFile {
  return { ...file, readOnly: true };
}

function header(value: string, provenance: 'ran' | 'vendor docs' | 'from memory'): Reference {
  return { kind: 'header', value: `Bearer ${value}`, provenance };
}

const NONE: Reference = { kind: 'none' };

const claudeCode = mcpServers({ stdio: typedStdio, http: at('http'), sse: at('sse') });
const claudeDesktop = mcpServers({});
const windsurf = mcpServers({ http: at(undefined, 'serverUrl'), sse: at() });
const gemini = mcpServers({ http: at(undefined, 'httpUrl'), sse: at() });
const cline = mcpServers({ http: at('streamableHttp'), sse: at('sse') });
const plainUrl = mcpServers({ http: at() });
const roo = mcpServers({ http: at('streamable-http'), sse: at('sse') });
const copilot = mcpServers({
  stdio: { type: 'local', command: 'command', args: 'args', env: 'env', always: { tools: ['*'] } },
  http: { ...at('http'), always: { tools: ['*'] } },
  sse: at('sse'),
});

/** The clients that Merlon knows. docs/connect.md shows the same table. */
export const clients: readonly Client[] = [
  {
    id: 'claude-code',
    title: 'Claude Code',
    files: [
      json('user', [{ base: { folder: 'CLAUDE_CONFIG_DIR' }, path: '.claude.json' }, home('.claude.json')], {
        ...claudeCode,
        alsoRead: [['projects', '*', 'mcpServers']],
      }),
      json('project', [project('.mcp.json')], claudeCode),
    ],
    reference: header('${NAME}', 'ran'),
    provenance: 'ran',
    afterwards: 'Claude Code asks before it uses the servers of a project.',
  },
  {
    id: 'claude-desktop',
    title: 'Claude Desktop',
    files: [json('user', appData('Claude/claude_desktop_config.json'), claudeDesktop)],
    reference: NONE,
    provenance: 'published schema',
    afterwards: 'Quit and start Claude Desktop.',
  },
  {
    id: 'cursor',
    title: 'Cursor',
    files: [
      json('user', [home('.cursor/mcp.json')], mcpServers({ http: at() })),
      json('project', [project('.cursor/mcp.json')], mcpServers({ http: at() })),
      readOnly(json('user', appData('Cursor/User/mcp.json'), mcpServers({ http: at() }))),
    ],
    reference: header('${env:NAME}', 'vendor docs'),
    provenance: 'published schema',
  },
  {
    id: 'vscode',
    title: 'VS Code',
    files: [
      { scope: 'user', paths: appData('Code/User/mcp.json'), format: 'jsonc', shape: vscode },
      { scope: 'project', paths: [project('.vscode/mcp.json')], format: 'jsonc', shape: vscode },
      readOnly({ scope: 'user', paths: appData('Code - Insiders/User/mcp.json'), format: 'jsonc', shape: vscode }),
      readOnly({
        scope: 'user',
        paths: appData('Code/User/settings.json'),
        format: 'jsonc',
        shape: { ...vscode, root: ['mcp', 'servers'] },
      }),
    ],
    reference: { kind: 'input', provenance: 'vendor docs' },
    provenance: 'published schema',
    afterwards: 'VS Code asks for the key once and keeps it.',
  },
  {
    id: 'copilot',
    title: 'GitHub Copilot CLI',
    files: [
      json(
        'user',
        [{ base: { folder: 'COPILOT_HOME' }, path: 'mcp-config.json' }, home('.copilot/mcp-config.json')],
        copilot,
      ),
      json('project', [project('.mcp.json'), project('.github/mcp.json')], copilot),
    ],
    reference: header('${NAME}', 'from memory'),
    provenance: 'ran',
  },
  {
    id: 'windsurf',
    title: 'Windsurf',
    files: [
      json('user', [home('.codeium/windsurf/mcp_config.json')], windsurf),
      readOnly(json('user', [home('.codeium/windsurf-next/mcp_config.json')], windsurf)),
      readOnly(json('user', [home('.windsurf/mcp_config.json')], windsurf)),
    ],
    reference: header('${env:NAME}', 'vendor docs'),
    provenance: 'published schema',
    afterwards: 'Refresh the servers in the MCP panel.',
  },
  {
    id: 'antigravity',
    title: 'Antigravity',
    files: [
      json('user', [home('.gemini/antigravity/mcp_config.json')], mcpServers({ http: at(undefined, 'serverUrl') })),
      readOnly(
        json('user', [home('.gemini/config/mcp_config.json')], mcpServers({ http: at(undefined, 'serverUrl') })),
      ),
    ],
    reference: NONE,
    provenance: 'published schema',
    afterwards: 'Refresh the servers in the MCP panel.',
  },
  {
    id: 'zed',
    title: 'Zed',
    files: [
      {
        scope: 'user',
        paths: [
          { base: 'config', path: 'zed/settings.json', on: UNIX },
          { base: 'appdata', path: 'Zed/settings.json', on: ['win32'] },
        ],
        format: 'jsonc',
        shape: zed,
      },
      { scope: 'project', paths: [project('.zed/settings.json')], format: 'jsonc', shape: zed },
    ],
    reference: NONE,
    provenance: 'vendor docs',
  },
  {
    id: 'gemini',
    title: 'Gemini CLI',
    files: [
      json(
        'user',
        [{ base: { folder: 'GEMINI_CLI_HOME' }, path: '.gemini/settings.json' }, home('.gemini/settings.json')],
        gemini,
      ),
      json('project', [project('.gemini/settings.json')], gemini),
    ],
    reference: header('${NAME}', 'ran'),
    provenance: 'ran',
    afterwards: 'Gemini CLI leaves servers out in folders that it was not told to trust.',
  },
  {
    id: 'codex',
    title: 'Codex CLI',
    files: [
      {
        scope: 'user',
        paths: [{ base: { folder: 'CODEX_HOME' }, path: 'config.toml' }, home('.codex/config.toml')],
        format: 'toml',
        shape: codex,
      },
      { scope: 'project', paths: [project('.codex/config.toml')], format: 'toml', shape: codex },
    ],
    reference: { kind: 'field', key: 'bearer_token_env_var', provenance: 'ran' },
    provenance: 'ran',
  },
  {
    id: 'cline',
    title: 'Cline',
    files: [
      json(
        'user',
        [{ base: { file: 'CLINE_MCP_SETTINGS_PATH' }, path: '' }, home('.cline/data/settings/cline_mcp_settings.json')],
        cline,
      ),
      readOnly(
        json('user', appData('Code/User/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json'), cline),
      ),
    ],
    // The extension's source knows `${env:NAME}`; the command line sent it to the server as it stands.
    reference: NONE,
    provenance: 'ran',
  },
  {
    id: 'kilo',
    title: 'Kilo Code',
    files: [
      {
        scope: 'user',
        paths: [home('.config/kilo/kilo.json'), home('.config/kilo/kilo.jsonc')],
        format: 'jsonc',
        shape: opencode,
      },
      {
        scope: 'project',
        paths: ['kilo.json', 'kilo.jsonc', '.kilo/kilo.json', '.kilo/kilo.jsonc'].map(project),
        format: 'jsonc',
        shape: opencode,
      },
      readOnly(json('user', [home('.kilocode/cli/global/settings/mcp_settings.json')], roo)),
      readOnly(json('project', [project('.kilocode/mcp.json')], roo)),
      readOnly(json('project', [project('.roo/mcp.json')], roo)),
    ],
    reference: header('{env:NAME}', 'ran'),
    provenance: 'ran',
  },
  {
    id: 'continue',
    title: 'Continue',
    files: [{ scope: 'user', paths: [home('.continue/config.yaml')], format: 'yaml', shape: continueDev }],
    reference: header('${{ secrets.NAME }}', 'ran'),
    provenance: 'ran',
    afterwards: 'Continue also takes it from the file ~/.continue/.env.',
  },
  {
    id: 'lmstudio',
    title: 'LM Studio',
    files: [json('user', [home('.lmstudio/mcp.json'), home('.cache/lm-studio/mcp.json')], plainUrl)],
    reference: NONE,
    provenance: 'vendor docs',
  },
  {
    id: 'kiro',
    title: 'Kiro',
    files: [
      json('user', [home('.kiro/settings/mcp.json')], plainUrl),
      json('project', [project('.kiro/settings/mcp.json')], plainUrl),
    ],
    reference: header('${NAME}', 'vendor docs'),
    provenance: 'vendor docs',
  },
  {
    id: 'goose',
    title: 'Goose',
    files: [
      {
        scope: 'user',
        paths: [
          { base: 'config', path: 'goose/config.yaml', on: UNIX },
          { base: 'appdata', path: 'Block/goose/config/config.yaml', on: ['win32'] },
        ],
        format: 'yaml',
        shape: goose,
      },
    ],
    reference: { kind: 'header', value: 'Bearer ${NAME}', namesKey: 'env_keys', provenance: 'from memory' },
    provenance: 'published schema',
  },
  {
    id: 'opencode',
    title: 'opencode',
    files: [
      { scope: 'user', paths: [{ base: { file: 'OPENCODE_CONFIG' }, path: '' }], format: 'jsonc', shape: opencode },
      {
        scope: 'user',
        paths: [
          { base: 'config', path: 'opencode/opencode.json' },
          { base: 'config', path: 'opencode/opencode.jsonc' },
        ],
        format: 'jsonc',
        shape: opencode,
      },
      {
        scope: 'project',
        paths: ['opencode.json', 'opencode.jsonc'].map(project),
        format: 'jsonc',
        shape: opencode,
      },
    ],
    reference: header('{env:NAME}', 'ran'),
    provenance: 'ran',
  },
  {
    id: 'junie',
    title: 'Junie',
    files: [
      json('user', [home('.junie/mcp/mcp.json')], plainUrl),
      json('project', [project('.junie/mcp/mcp.json')], plainUrl),
    ],
    reference: NONE,
    provenance: 'published schema',
  },
  {
    id: 'amazonq',
    title: 'Amazon Q Developer',
    files: [
      json('user', [home('.aws/amazonq/mcp.json')], mcpServers({ http: at('http') })),
      json('project', [project('.amazonq/mcp.json')], mcpServers({ http: at('http') })),
    ],
    reference: header('${env:NAME}', 'from memory'),
    provenance: 'from memory',
  },
  {
    id: 'inspector',
    title: 'MCP Inspector',
    files: [
      json(
        'user',
        [{ base: { file: 'MCP_CATALOG_PATH' }, path: '' }, home('.mcp-inspector/mcp.json')],
        mcpServers({ http: at('streamable-http'), sse: at('sse') }),
      ),
    ],
    reference: NONE,
    provenance: 'ran',
  },
];

/** The client with this id, undefined when there is none. */
export function clientNamed(id: string): Client | undefined {
  return clients.find((client) => client.id === id);
}

/** The id that a misspelt one most likely means. */
export function nearestClient(id: string): string | undefined {
  return nearest(
    id,
    clients.map((client) => client.id),
  );
}
