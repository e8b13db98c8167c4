import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkConfig } from './config-check.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'merlon-check-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function check(text: string, more: { allowUnsafeBind?: boolean } = {}) {
  const file = join(folder, 'merlon.yaml');
  await writeFile(file, text);
  const lines: string[] = [];
  const code = await checkConfig(file, { env: {}, print: (line) => lines.push(line), ...more });
  return { code, lines: lines.map((line) => line.replace(file, 'merlon.yaml')) };
}

describe('merlon config check', () => {
  test('says in one line that a file is usable', async () => {
    const { code, lines } = await check('server: { tls_cert: a, tls_key: b }\nmcpServers: { a: { command: x } }');
    expect(code).toBe(0);
    expect(lines).toEqual([
      'merlon.yaml is usable: https://127.0.0.1:8443, 1 upstream, 3 roles, 0 warnings, 0 protections switched off.',
    ]);
  });

  test('lists warnings and what is switched off without failing', async () => {
    const { code, lines } = await check(
      'server: { host: "::", secure: false }\nmcpServers: { a: { url: "http://a.example", disabled: true } }',
      { allowUnsafeBind: true },
    );
    expect(code).toBe(0);
    expect(lines[0]).toMatch(/^merlon\.yaml:1:17 warning: .+ \(unsafe-bind\)$/);
    expect(lines[2]).toMatch(/^merlon\.yaml:2:25 warning: .+ \(plain-http-upstream\)$/);
    expect(lines[4]).toMatch(/^switched off: server\.secure\. /);
    expect(lines[5]).toMatch(/http:\/\/\[::\]:8443, 0 upstreams, 3 roles, 2 warnings, 1 protection switched off/);
  });

  test('lists every problem with its place, code and remedy, and ends with 2', async () => {
    const { code, lines } = await check('server: { tls_cert: a, tls_key: b, prot: 1 }\nlogging: { format: xml }');
    expect(code).toBe(2);
    expect(lines).toEqual([
      'merlon.yaml:1:36 CONFIG_UNKNOWN_KEY prot is not a known key in server.',
      '  Did you mean port?',
      'merlon.yaml:2:20 CONFIG_INVALID logging.format must be one of json, text, not this text.',
      '  Correct the value at the place shown.',
    ]);
  });

  test('ends with 2 when there is no file', async () => {
    const lines: string[] = [];
    await expect(
      checkConfig(join(folder, 'nothing.yaml'), { env: {}, print: (line) => lines.push(line) }),
    ).resolves.toBe(2);
    expect(lines[0]).toMatch(/^CONFIG_NOT_FOUND /);
  });

  test('stops listing at 50 problems', async () => {
    const keys = Array.from({ length: 80 }, (_, index) => `unknown${index}: 1`).join('\n');
    const { lines } = await check(`server: { tls_cert: a, tls_key: b }\n${keys}`);
    expect(lines).toHaveLength(101);
    expect(lines.at(-1)).toBe('… and 30 more problems.');
  });
});
