import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { endpointOf, isOwnMachine, runTests, type TestRules } from './run-tests.ts';

const rules: TestRules = {
  key: 'secret-key',
  verifyTls: true,
  signal: new AbortController().signal,
  now: () => Date.UTC(2026, 10, 22),
  wait: async () => {},
  step: () => {},
};

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

describe('a run of the tests', () => {
  it('knows nothing of a server that is not there, whether plain HTTP is closed included', async () => {
    const url = new URL(`https://127.0.0.1:${await closedPort()}`);
    const tests = await runTests(url, rules);
    expect(tests.length).toBeGreaterThan(30);
    expect(new Set(tests.map(({ outcome }) => outcome))).toEqual(new Set(['unknown']));
    expect(tests.map(({ id }) => id)).toContain('https-only');
  });

  it('ends when it is told to, and knows nothing', async () => {
    const tests = await runTests(new URL('https://127.0.0.1:9'), { ...rules, signal: AbortSignal.abort() });
    expect(new Set(tests.map(({ outcome }) => outcome))).toEqual(new Set(['unknown']));
  });

  it('asks the endpoint that is named, or /mcp', () => {
    expect(endpointOf(new URL('https://a.example')).href).toBe('https://a.example/mcp');
    expect(endpointOf(new URL('https://a.example:8443/other/mcp')).href).toBe('https://a.example:8443/other/mcp');
  });

  it.each([
    ['https://127.0.0.1:8443', true],
    ['https://[::1]:8443', true],
    ['http://localhost', true],
    ['https://localhost.example', false],
    ['https://192.168.1.1', false],
    ['https://127.0.0.1.example', false],
    ['https://2130706433', true],
  ])('knows whether %s is this machine', (address, isOwn) => {
    expect(isOwnMachine(new URL(address))).toBe(isOwn);
  });
});
