import { inspect } from 'node:util';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import { FILE, load, surroundings } from '../../test/config.ts';
import { problemLines, switchedOffLines, warningLines } from './config-check.ts';
import { ConfigErrors, interpretConfig } from '../config/load.ts';
import { showPath } from '../config/name.ts';

const valid = `
server: { tls_cert: a.pem, tls_key: a.key, port: 8443, host: 127.0.0.1, public_url: "https://a.example", allowed_hosts: [a.example] }
auth:
  required: true
  anonymous_role: guest
  providers:
    - { type: jwt, secret: x, algorithm: HS256, issuer: i, default_role: user }
    - { type: oauth2, issuer: "https://a.example", client_id: a, client_secret: b, algorithms: [RS256] }
permissions: { model: rbac, roles: [{ name: user, permissions: [read:*] }, { name: guest, permissions: [] }] }
security: { sandbox_type: auto, max_sessions: 5, audit_log_path: a.log }
logging: { level: INFO, format: json, path: a.log }
mcpServers:
  tool: { command: run, args: [--token, x, --header, y], env: { API_KEY: x, PLAIN: y }, cwd: . }
  far: { url: "https://a.example/mcp", headers: { Authorization: Bearer x, X-Other: y }, requestTimeoutSeconds: 5 }
`;

const letters = (alphabet: string, length: number) =>
  fc
    .array(fc.constantFrom(...alphabet.split('')), { minLength: length, maxLength: length })
    .map((parts) => parts.join(''));
const alphanumeric = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const secret = fc.oneof(
  letters(alphanumeric, 24).map((text) => `sk-${text}`),
  letters(alphanumeric, 36).map((text) => `ghp_${text}`),
  letters('0123456789abcdef', 40).map((text) => `${text}00a1`),
  letters('23456789', 19).map((text) => `1${text}`),
);
const password = letters(`${alphanumeric}:#{}[]&*!|>'"%@\`,?-\\ /`, 24);

// Every place in the valid file where a value or a key can be put.
type Slot = readonly (string | number)[];
function slots(value: unknown, path: Slot = []): Slot[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [
    path,
    ...Object.entries(value).flatMap(([key, child]) =>
      slots(child, [...path, Array.isArray(value) ? Number(key) : key]),
    ),
  ];
}
const places = slots(parse(valid)).filter((path) => path.length > 0);

function plant(path: Slot, put: (parent: Record<string | number, unknown>, key: string | number) => void): unknown {
  const root = parse(valid) as Record<string | number, unknown>;
  let parent = root;
  for (const step of path.slice(0, -1)) parent = parent[step] as Record<string | number, unknown>;
  put(parent, path.at(-1) ?? '');
  return root;
}

const written: string[] = [];
beforeEach(() => {
  written.length = 0;
  const record = (...parts: unknown[]) => {
    written.push(parts.map((part) => (typeof part === 'string' ? part : inspect(part))).join(' '));
    return true;
  };
  for (const name of ['log', 'info', 'warn', 'error', 'debug'] as const)
    vi.spyOn(console, name).mockImplementation(record);
  vi.spyOn(process.stdout, 'write').mockImplementation(record);
  vi.spyOn(process.stderr, 'write').mockImplementation(record);
  vi.spyOn(process, 'emitWarning').mockImplementation(record);
});
afterEach(() => {
  vi.restoreAllMocks();
});

// All that a person or a log could see of loading `text`.
async function seen(text: string, given: Parameters<typeof surroundings>[0] = {}): Promise<string> {
  const output = await load(text, given).then(
    ({ warnings, switchedOff }) => [...warningLines(warnings), ...switchedOffLines({ switchedOff }), inspect(warnings)],
    (error: unknown) => {
      if (!(error instanceof ConfigErrors)) throw error;
      const all = [error, ...error.problems];
      const shown = all.map((each) => `${inspect(each, { depth: 4 })}${each.stack}${JSON.stringify(each)}`);
      return [...problemLines(error), ...warningLines(error.warnings), ...shown];
    },
  );
  return [...output, ...written].join('\n');
}

// The parts of a secret that can be seen: a part that would give half of it away counts as well.
function visible(output: string, value: string): string[] {
  const parts = Array.from({ length: value.length - 9 }, (_, start) => value.slice(start, start + 10));
  return parts.filter((part) => output.includes(part));
}

describe('a planted secret shows up nowhere', () => {
  test('as a value, at any place of a valid file', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...places),
        fc.oneof(secret, password),
        fc.nat(3),
        async (path, value, shape) => {
          const root = plant(path, (parent, key) => {
            parent[key] = [value, [value], { token: value }, `Bearer ${value}`][shape];
          });
          expect(visible(await seen(stringify(root)), value)).toEqual([]);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('as a key, where a colon was pasted along or a list became a map', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...places), secret, fc.boolean(), async (path, value, deeper) => {
        const root = plant(path, (parent, key) => {
          if (deeper || Array.isArray(parent)) parent[key] = { [value]: null };
          else parent[value] = 'x';
        });
        expect(visible(await seen(stringify(root)), value)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test('in a file that breaks off or is garbled', async () => {
    const garbage = fc.constantFrom(
      '',
      '"',
      "'",
      '[',
      '{',
      '\t',
      ': ',
      '!',
      '&',
      '*',
      '%',
      '|',
      '- ',
      '\n',
      '}',
      ']',
      ',',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...places),
        fc.oneof(secret, password),
        fc.nat(),
        fc.nat(),
        garbage,
        async (path, value, cut, at, dirt) => {
          const root = plant(path, (parent, key) => {
            parent[key] = value;
          });
          const whole = stringify(root);
          const text = whole.slice(0, whole.length - (cut % 3 === 0 ? cut % whole.length : 0));
          const spot = at % (text.length + 1);
          expect(visible(await seen(text.slice(0, spot) + dirt + text.slice(spot)), value)).toEqual([]);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('from a variable or a file, at any place', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...places),
        fc.oneof(secret, password),
        fc.boolean(),
        async (path, value, file) => {
          const root = plant(path, (parent, key) => {
            parent[key] = file ? '${file:secret}' : 'a ${env:SECRET}';
          });
          const given = { env: { SECRET: value }, files: { '/etc/merlon/secret': value }, readableByOthers: true };
          expect(visible(await seen(stringify(root), given), value)).toEqual([]);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('as the name of a variable or a file', async () => {
    await fc.assert(
      fc.asyncProperty(secret, fc.constantFrom('env', 'file'), async (value, kind) => {
        expect(visible(await seen(valid.replace('a.key', `"\${${kind}:${value}}"`)), value)).toEqual([]);
      }),
    );
  });
});

test('a secret that loads is among those to be kept out of logs, wherever a credential may stand', async () => {
  const credentials: readonly (readonly [Slot, (value: string) => string])[] = [
    [['auth', 'providers', 0, 'secret'], (value) => value],
    [['auth', 'providers', 1, 'client_secret'], (value) => value],
    [['mcpServers', 'tool', 'args', 1], (value) => value],
    [['mcpServers', 'tool', 'args', 3], (value) => `Authorization: Bearer ${value}`],
    [['mcpServers', 'tool', 'args', 3], (value) => `--api-key=${value}`],
    [['mcpServers', 'tool', 'env', 'API_KEY'], (value) => value],
    [['mcpServers', 'tool', 'env', 'PLAIN'], (value) => `sk-${value}`],
    [['mcpServers', 'tool', 'env', 'PLAIN'], (value) => `postgres://user:${value}@db.example/app`],
    [['mcpServers', 'far', 'headers', 'Authorization'], (value) => `Bearer ${value}`],
    [['mcpServers', 'far', 'headers', 'X-Other'], (value) => `ghp_${value}`],
    [['mcpServers', 'far', 'url'], (value) => `https://a.example/mcp?api_key=${value}`],
  ];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...credentials),
      letters(alphanumeric, 24),
      fc.boolean(),
      async ([path, dress], value, literal) => {
        const root = plant(path, (parent, key) => {
          parent[key] = literal ? dress(value) : dress('${env:SECRET}');
        });
        const { secrets, warnings } = await interpretConfig(
          stringify(root),
          FILE,
          surroundings({ env: { SECRET: value } }),
        );
        expect(secrets.some((each) => each.endsWith(value))).toBe(true);
        const here = warnings.filter(({ message }) => message.startsWith(`${showPath(path)} `));
        expect(here.some(({ kind }) => kind === 'literal-secret')).toBe(literal);
      },
    ),
    { numRuns: 300 },
  );
});
