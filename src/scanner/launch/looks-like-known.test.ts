import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { knownNpmServers, knownPythonServers } from './known-servers.ts';
import { looksLikeKnown } from './looks-like-known.ts';

describe('a name that looks like a known server', () => {
  it.each([
    ['@modelcontextprotocol/server-filesytem', 'slip'],
    ['@modelcontextprotocol/server-filesysetm', 'slip'],
    ['@modelcontextprotocl/server-memory', 'scope'],
    ['@model-context-protocol/server-memory', 'same-look'],
    ['tavi1y-mcp', 'same-look'],
    ['firecrawl_mcp', 'same-look'],
    ['@plаywright/mcp', 'same-look'],
    ['fïrecrawl-mcp', 'same-look'],
    ['firecrowl-mcp', 'letter'],
  ])('%s', (name, how) => {
    expect(looksLikeKnown(name, 'npm')?.how).toBe(how);
  });

  it('is compared within its registry, as that registry compares', () => {
    expect(looksLikeKnown('MCP_Server.Git', 'pypi')).toBeUndefined();
    expect(looksLikeKnown('mcp-server-fecth', 'pypi')?.known).toBe('mcp-server-fetch');
    expect(looksLikeKnown('mcp-server-fecth', 'npm')).toBeUndefined();
  });

  it.each([
    '@acme/server-filesystem',
    '@acme/mcp',
    'acme-mcp',
    'slack-mcp',
    'mcp-server-gitlab',
    'firecrawl-mcp2',
    'obsidian-mcp-servers',
    // Real packages whose names are near others.
    'mysql-mcp-server',
    '@f4ww4z/mcp-mysql-server',
    'mcp-handler',
    '@ai-sdk/mcp',
    '@mastra/mcp',
    '@posthog/mcp',
    '@pipedream/mcp',
    '@agentdeskai/browser-tools-server',
    'github-mcp-server',
    'gitlab-mcp-server',
    'mcp-server-time',
    'mcp-server-git',
    'jira-mcp',
    'linkedin-mcp-server',
    'mcp-server-mysql',
    'mcp-server-redis',
  ])('is not %s', (name) => {
    expect(looksLikeKnown(name, 'npm')).toBeUndefined();
  });

  it('is never a known one', () => {
    for (const name of knownNpmServers) expect(looksLikeKnown(name, 'npm')).toBeUndefined();
    for (const name of knownPythonServers) expect(looksLikeKnown(name, 'pypi')).toBeUndefined();
    expect(new Set(knownNpmServers).size).toBe(knownNpmServers.length);
  });

  it('is looked for in any text without an error', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom('npm', 'pypi'), (name, registry) => {
        expect(looksLikeKnown(name, registry)?.known).not.toBe(name);
      }),
    );
  });
});
