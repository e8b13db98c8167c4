import { describe, expect, it } from 'vitest';
import type { About } from '../../check.ts';
import { readClientFacts } from '../../collect/client/read-client.ts';
import { knownNpmServers, knownPythonServers } from '../../launch/known-servers.ts';
import { defaultThresholds } from '../../thresholds.ts';
import { clientChecks } from './index.ts';

const about: About = { now: 0, kind: 'client-config', thresholds: defaultThresholds };

function failures(servers: Readonly<Record<string, unknown>>): string[] {
  const facts = readClientFacts(JSON.stringify({ mcpServers: servers }), 'mcp.json');
  expect(facts.servers).toHaveLength(Object.keys(servers).length);
  return clientChecks.flatMap((check) =>
    [check.ask(facts, about)]
      .flat()
      .flatMap(({ outcome, subject }) => (outcome === 'fail' ? [`${check.id} ${subject}`] : [])),
  );
}

describe('entries as the documentation of honest servers has them', () => {
  it('do not fail: the seven reference servers', () => {
    const npx = (name: string, ...args: string[]) => ({
      command: 'npx',
      args: ['-y', `@modelcontextprotocol/server-${name}`, ...args],
    });
    const uvx = (name: string, ...args: string[]) => ({ command: 'uvx', args: [`mcp-server-${name}`, ...args] });
    const servers = {
      everything: npx('everything'),
      fetch: uvx('fetch', '--ignore-robots-txt'),
      filesystem: npx('filesystem', '/Users/username/Desktop', '/path/to/other/allowed/dir'),
      git: uvx('git', '--repository', 'path/to/git/repo'),
      memory: { ...npx('memory'), env: { MEMORY_FILE_PATH: '/path/to/custom/memory.jsonl' } },
      thinking: npx('sequential-thinking'),
      time: uvx('time', '--local-timezone=America/New_York'),
      docker: {
        command: 'docker',
        args: ['run', '--rm', '-i', '--mount', 'type=bind,src=/Users/username,dst=/Users/username', 'mcp/git'],
      },
    };
    expect(failures(servers)).toEqual([]);
  });

  it('do not fail: servers with keys, in the ways that people are told', () => {
    const servers = {
      context7: { url: 'https://mcp.context7.com/mcp', headers: { CONTEXT7_API_KEY: 'YOUR_API_KEY' } },
      github: {
        command: 'docker',
        args: ['run', '-i', '--rm', '-e', 'GITHUB_PERSONAL_ACCESS_TOKEN', 'ghcr.io/github/github-mcp-server'],
        env: { GITHUB_PERSONAL_ACCESS_TOKEN: '${input:github_token}' },
      },
      notion: { command: 'npx', args: ['-y', '@notionhq/notion-mcp-server'], env: { NOTION_TOKEN: 'ntn_****' } },
      supabase: {
        command: 'cmd',
        args: ['/c', 'npx', '-y', '@supabase/mcp-server-supabase@latest', '--read-only', '--project-ref=<project-ref>'],
        env: { SUPABASE_ACCESS_TOKEN: '<personal-access-token>' },
      },
      postgres: {
        command: 'npx',
        args: ['-y', '@modelcontextprotocol/server-postgres', 'postgresql://localhost/mydb'],
      },
      brave: {
        command: 'npx',
        args: ['-y', '@brave/brave-search-mcp-server'],
        env: { BRAVE_API_KEY: '${BRAVE_API_KEY}' },
      },
      figma: { command: 'npx', args: ['-y', 'figma-developer-mcp', '--figma-api-key=YOUR-KEY', '--stdio'] },
      aws: {
        command: 'uvx',
        args: ['awslabs.aws-api-mcp-server@latest'],
        env: { AWS_REGION: 'us-east-1', FASTMCP_LOG_LEVEL: 'ERROR' },
      },
      atlassian: { command: 'npx', args: ['-y', 'mcp-remote', 'https://mcp.atlassian.com/v1/sse'] },
      sentry: { url: 'https://mcp.sentry.dev/mcp' },
      playwright: { command: 'npx', args: ['@playwright/mcp@latest', '--headless', '--isolated'] },
      local: { command: 'uv', args: ['--directory', '/path/to/server', 'run', 'server.py'] },
      qdrant: {
        command: 'uvx',
        args: ['mcp-server-qdrant'],
        env: { QDRANT_URL: 'http://localhost:6333', COLLECTION_NAME: 'memories' },
      },
    };
    expect(failures(servers)).toEqual([]);
  });

  it('do not fail: every known server, started as it is', () => {
    const npm = knownNpmServers.slice(0, 500).map((name) => [name, { command: 'npx', args: ['-y', name] }]);
    const python = knownPythonServers.map((name) => [`py-${name}`, { command: 'uvx', args: [name] }]);
    expect(failures(Object.fromEntries([...npm, ...python]))).toEqual([]);
  });
});
