import { describe, expect, it } from 'vitest';
import { notEnforced } from '../src/cli/not-enforced.ts';
import { configSandboxOn } from '../src/scanner/checks/config/config-sandbox-on/check.ts';
import { readConfigFacts } from '../src/scanner/collect/config/read-config-facts.ts';
import { defaultThresholds } from '../src/scanner/thresholds.ts';
import { load } from './config.ts';

const about = { now: 0, kind: 'server-config', thresholds: defaultThresholds } as const;

/** The scanner may not say that something holds which the gateway itself says it does not do. */
describe('what the gateway does not enforce yet', () => {
  it.each([
    ['starts a program', 'mcpServers:\n  a: { command: sleep }\n', 'warn'],
    ['starts none', 'mcpServers:\n  a: { url: "https://a.example/mcp" }\n', 'not-applicable'],
    ['has it switched off', 'security: { sandbox_enabled: false }\nmcpServers:\n  a: { command: sleep }\n', 'fail'],
  ])('is no pass of the sandbox check when the gateway %s', async (_what, upstreams, outcome) => {
    const text = `server: { secure: false }\n${upstreams}`;
    const answer = [configSandboxOn.ask(readConfigFacts(text, 'merlon.yaml'), about)].flat();
    expect(answer.map((one) => one.outcome)).toEqual([outcome]);
    const { config } = await load(text);
    expect(notEnforced(config).some((line) => line.startsWith('security.sandbox_enabled'))).toBe(outcome === 'warn');
  });
});
