import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer, Outcome, Plan } from './clients/plan.ts';
import { type GatewayProcess, startGateway } from './gateway-process.ts';
import type { Program } from './program.ts';
import { everythingAt, startEverything, type Upstream, upstreamsIn } from './upstreams.ts';

/** Every driver is a program of its own, as its client would be, with the certificate authority in its environment. */
const drivers = { 'SDK v1': 'sdk-v1.ts', 'SDK v2': 'sdk-v2.ts', 'Inspector CLI': 'inspector.ts' };
// The CLI has no way to cancel a call and shows no progress notifications.
const interactive = new Set(['SDK v1', 'SDK v2']);
const run = promisify(execFile);

interface Endpoint {
  readonly url: string;
  readonly key?: string;
  readonly caFile?: string;
}

let folder: string;
let everything: { program: Program; url: string };
let upstreams: Readonly<Record<string, Upstream>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'merlon-clients-'));
  everything = await startEverything();
  upstreams = await upstreamsIn(folder, everything.url);
});

afterAll(async () => {
  await everything?.program.stop();
  await rm(folder, { recursive: true, force: true });
});

// The yardstick: what these clients see without a gateway. If this fails, the tests below say nothing.
describe('without a gateway', () => {
  for (const client of Object.keys(drivers)) {
    suite(client, 'server-everything', async () => ({
      endpoint: { url: everything.url },
      upstream: everythingAt(everything.url),
    }));
  }
});

describe('through the gateway, over TLS, with an API key', () => {
  let gateway: GatewayProcess;
  let key: string;

  beforeAll(async () => {
    const configs = Object.entries(upstreams).map(([name, upstream]) => [name, upstream.config]);
    const security = { max_requests_per_minute: 60_000, rate_limit_burst: 10_000 };
    gateway = await startGateway({ security, mcpServers: Object.fromEntries(configs) });
    key = await gateway.key('admin');
  });

  afterAll(async () => {
    await gateway?.stop();
  });

  for (const client of Object.keys(drivers)) {
    for (const name of ['everything', 'everything-http', 'filesystem', 'memory']) {
      suite(client, name, async () => ({
        endpoint: { url: `${gateway.url}/mcp/${name}`, key, caFile: gateway.caFile },
        upstream: upstreamNamed(name),
      }));
    }

    it(`${client} finds the tools of all upstreams at /mcp, prefixed, and can call one`, async () => {
      const { calls, goodText } = upstreamNamed('everything');
      const prefixed = (name: string): string => `everything__${name}`;
      const plan = { good: { ...calls.good, name: prefixed(calls.good.name) }, bad: calls.bad };
      const outcome = await drive(client, { url: `${gateway.url}/mcp`, key, caFile: gateway.caFile }, plan);
      const expected = Object.entries(upstreams).flatMap(([name, { tools }]) =>
        tools.map((tool) => `${name}__${tool}`),
      );
      expect(outcome.tools).toEqual(expect.arrayContaining(expected));
      expect(outcome.good).toEqual({ text: goodText, isError: false });
    });
  }
});

/** What one client does with one upstream: driven once, looked at from each side. */
function suite(client: string, name: string, subject: () => Promise<{ endpoint: Endpoint; upstream: Upstream }>): void {
  describe(`${client} with ${name}`, () => {
    let upstream: Upstream;
    let outcome: Outcome;

    beforeAll(async () => {
      const { endpoint, upstream: found } = await subject();
      upstream = found;
      outcome = await drive(client, endpoint, upstream.calls);
    });

    it('lists the tools', () => {
      expect(outcome.tools).toEqual(expect.arrayContaining([...upstream.tools]));
    });

    it('calls a tool', () => {
      expect(outcome.good).toEqual({ text: upstream.goodText, isError: false });
    });

    it('gets the error of a tool that turns its arguments down', () => {
      expect(outcome.bad).toMatchObject({ isError: true });
    });

    it('gets an error for a tool that does not exist', () => {
      expect(outcome.unknown).toSatisfy(isFailure);
    });

    if (!interactive.has(client)) return;

    it('cancels a call and goes on in the same session', () => {
      expect(outcome.cancelled?.call).toMatchObject({ thrown: expect.stringContaining('cancelled by the test') });
      expect(outcome.cancelled?.next).toEqual({ text: upstream.goodText, isError: false });
    });

    if (!name.includes('everything')) return; // the others report no progress

    it('gets the progress notifications of a call', () => {
      expect(outcome.progress).toEqual(['1/3', '2/3', '3/3']);
    });
  });
}

/** A result that says so, or something thrown: servers and gateways may each have their own way to say no. */
function isFailure(answer: Answer): boolean {
  return 'thrown' in answer || answer.isError;
}

function upstreamNamed(name: string): Upstream {
  const upstream = upstreams[name];
  if (upstream === undefined) throw new Error(`There is no upstream '${name}'.`);
  return upstream;
}

async function drive(client: string, endpoint: Endpoint, calls: Omit<Plan, 'url' | 'key'>): Promise<Outcome> {
  const { url, key, caFile } = endpoint;
  const plan: Plan = { url, ...(key === undefined ? {} : { key }), ...calls };
  const driver = join(import.meta.dirname, 'clients', drivers[client as keyof typeof drivers]);
  // HOME: the Inspector keeps a catalogue there, which is none of a test's business.
  const env = { ...process.env, HOME: folder, ...(caFile === undefined ? {} : { NODE_EXTRA_CA_CERTS: caFile }) };
  const { stdout } = await run(process.execPath, [driver, JSON.stringify(plan)], { env, timeout: 45_000 });
  return JSON.parse(stdout) as Outcome;
}
