import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer, Check } from '../src/scanner/check.ts';
import { apiChecks } from '../src/scanner/checks/api/index.ts';
import { transportChecks } from '../src/scanner/checks/transport/index.ts';
import { collectServer } from '../src/scanner/collect/server/server.ts';
import type { Parts } from '../src/scanner/facts/index.ts';
import type { Look } from '../src/scanner/look.ts';
import type { Target } from '../src/scanner/target.ts';
import { defaultThresholds } from '../src/scanner/thresholds.ts';
import { type GatewayProcess, startGateway } from './gateway-process.ts';
import { entriesOf, upstreamsIn } from './upstreams.ts';

let folder: string;
let gateway: GatewayProcess;
let target: Target;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'merlon-scan-'));
  const { filesystem } = entriesOf(await upstreamsIn(folder, 'http://127.0.0.1:9/'));
  gateway = await startGateway({
    security: { rate_limiting: true, max_requests_per_minute: 3_000 },
    mcpServers: { filesystem },
  });
  const [collected] = await collectServer(
    {
      kind: 'server',
      url: gateway.url,
      credential: { kind: 'bearer', token: await gateway.key('admin') },
      verifyTls: true,
      ca: gateway.ca,
    },
    {
      env: {},
      home: folder,
      project: folder,
      platform: process.platform,
      now: () => Date.now(),
      signal: new AbortController().signal,
      step: () => {},
    },
  );
  if (collected === undefined) throw new Error('no target');
  target = collected;
});

afterAll(async () => {
  await gateway?.stop();
  await rm(folder, { recursive: true, force: true });
});

function seen<T>(look: Look<T> | undefined): T {
  if (look === undefined || 'blind' in look) throw new Error(look?.why.en ?? 'not collected');
  return look.saw;
}

/** The outcomes of all checks of a part, but for those that pass. */
function exceptions<Part extends keyof Parts>(checks: readonly Check<Part>[], facts: Parts[Part]): string[] {
  const about = { now: Date.now(), kind: 'server', thresholds: defaultThresholds } as const;
  return checks.flatMap((check) => {
    const answers: Answer[] = [check.ask(facts, about)].flat();
    return answers.filter(({ outcome }) => outcome !== 'pass').map(({ outcome }) => `${check.id} ${outcome}`);
  });
}

describe('a gateway with TLS, keys and roles', () => {
  it('passes every check of its transport, on a certificate that was named', () => {
    // It was made for this test and lives for a day.
    const soon = exceptions(transportChecks, seen(target.parts.transport));
    expect(soon.filter((one) => one !== 'certificate-not-expiring warn')).toEqual([]);
  });

  it('fails only where it says itself that it does not do it, and leaves no check of its management API unknown', () => {
    const api = seen(target.parts.api);
    const undone = new Set(seen(api.controls).flatMap(({ id, enforced }) => (enforced === 'no' ? [id] : [])));
    const found = exceptions(apiChecks, api);
    const failed = apiChecks.filter(({ id }) => found.includes(`${id} fail`));
    expect(failed.filter(({ control }) => !undone.has(control)).map(({ id }) => id)).toEqual([]);
    expect(found.filter((one) => one.endsWith(' unknown'))).toEqual([]);
    expect(found).toContain('api-tool-sandbox warn');
  });

  it('shows its tools and its door', () => {
    expect(seen(target.parts.tools).tools.map(({ name }) => name)).toContain('filesystem__read_file');
    expect(seen(target.parts.door).credential).toBe('bearer');
  });
});
