import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createMask } from '../detect/mask.ts';
import { MerlonError } from '../kernel/errors.ts';
import type { Language } from '../kernel/text.ts';
import { endpointOf, isOwnMachine, runTests } from '../scanner/test-run/run-tests.ts';
import { countTests, printable, type TestResult } from '../scanner/test-run/test-result.ts';
import { recordOf, writeRecord } from '../scanner/test-run/write-record.ts';
import { readTextFile } from '../scanner/written/read-file.ts';
import { createProgress } from './scan-progress.ts';
import { testTable } from './test-table.ts';
import { userStateFolder } from './user-state-folder.ts';
import { version } from './version.ts';

/** The options of `merlon test` as the command line gives them. */
export interface TestOptions {
  readonly server: string;
  readonly apiKey?: string;
  readonly keyEnv: string;
  readonly ca?: string;
  readonly verifySsl: boolean;
  readonly allowHost: readonly string[];
  readonly records?: string;
  readonly json?: true;
  readonly lang: Language;
}

/** Longest time of all tests, ms: each request has a shorter one of its own. */
const MAX_RUN_MS = 120_000;
/** Visible ASCII: what a header may hold, and what no terminal or log trips over. */
const KEY = /^[\x21-\x7e]{1,16384}$/;

/** `merlon test`. @returns 0 all passed, 1 some failed, 3 none failed and something could not be looked at */
export async function runTest(options: TestOptions): Promise<number> {
  const url = addressOf(options.server);
  checkConsent(url, options.allowHost);
  const key = keyOf(options, url);
  const ca = options.ca === undefined ? undefined : readTextFile(options.ca);
  const folder = options.records ?? join(userStateFolder({ env: process.env, platform: process.platform }), 'tests');
  const target = endpointOf(url).href;

  const { tests, startedAt, durationMs } = await run(url, key, ca, options);
  const record = recordOf({ merlon: version, startedAt, durationMs, target, tests });
  const file = writeRecord(record, folder);
  const counts = countTests(tests);
  const text =
    options.json === true
      ? `${JSON.stringify({ ...record, ...counts, tests, record: file }, null, 2)}\n`
      : testTable({
          target,
          tests,
          counts,
          record: file,
          language: options.lang,
          columns: process.stdout.columns ?? 100,
        });
  const mask = createMask({ secrets: key === undefined ? [] : [key] });
  process.stdout.write(mask.exact(text));
  return counts.failed > 0 ? 1 : counts.unknown > 0 || counts.total === 0 ? 3 : 0;
}

async function run(
  url: URL,
  key: string | undefined,
  ca: string | undefined,
  { verifySsl }: TestOptions,
): Promise<{ tests: readonly TestResult[]; startedAt: number; durationMs: number }> {
  const progress = createProgress(process.stderr, true);
  const end = new AbortController();
  const interrupt = (): void => end.abort();
  process.once('SIGINT', interrupt);
  const startedAt = Date.now();
  try {
    const tests = await runTests(url, {
      key,
      verifyTls: verifySsl,
      ...(ca === undefined ? {} : { ca }),
      signal: AbortSignal.any([end.signal, AbortSignal.timeout(MAX_RUN_MS)]),
      now: Date.now,
      wait: async (ms) => {
        await wait(ms);
      },
      step: (what) => progress.step(url.host, what),
    });
    return { tests: tests.map(printable), startedAt, durationMs: Date.now() - startedAt };
  } finally {
    process.off('SIGINT', interrupt);
    progress.end();
  }
}

function addressOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new MerlonError('USAGE', 'The server is no http or https address.', { todo: 'Write -s https://HOST:PORT.' });
  }
  if (url.username !== '' || url.password !== '' || url.search !== '') {
    throw new MerlonError('USAGE', 'The address holds a credential or a query.', {
      todo: 'Put the key into MERLON_API_KEY, and leave the query out.',
    });
  }
  return url;
}

/** Requests that are wrong on purpose look like an attack to whoever runs the server. */
function checkConsent(url: URL, allowed: readonly string[]): void {
  const names = new Set(allowed.map((name) => name.toLowerCase()));
  if (isOwnMachine(url) || names.has(url.hostname) || names.has(url.host)) return;
  throw new MerlonError('USAGE', `${url.hostname} is not this machine, and was not allowed to be tested.`, {
    todo: `With its owner's consent, add --allow-host ${url.hostname}.`,
  });
}

function keyOf({ apiKey, keyEnv }: TestOptions, url: URL): string | undefined {
  const key = apiKey ?? process.env[keyEnv];
  if (key === undefined || key === '') return undefined;
  if (!KEY.test(key)) throw new MerlonError('USAGE', 'The key has characters that no header may have.');
  if (url.protocol === 'http:' && !isOwnMachine(url)) {
    throw new MerlonError('USAGE', 'The key would cross the network in plain text.', {
      todo: 'Name the https address, or test without a key.',
    });
  }
  return key;
}
