import { afterEach, describe, expect, it } from 'vitest';
import { createServers } from '../../../../test/scan-servers.ts';
import type { Surroundings, Target } from '../../target.ts';
import { collectServer, endpointOf } from './server.ts';

const servers = createServers();
afterEach(() => servers.end());

function surroundings(more: Partial<Surroundings> = {}): Surroundings {
  return {
    env: {},
    home: '/home/nobody',
    project: '/project',
    platform: 'linux',
    now: () => Date.UTC(2026, 10, 22),
    signal: new AbortController().signal,
    step: () => {},
    ...more,
  };
}

async function collect(url: string, more: Partial<Surroundings> = {}): Promise<Target> {
  const spec = { kind: 'server', url, verifyTls: true, credential: { kind: 'bearer', token: 's3cr3t-t0ken' } } as const;
  const [target] = await collectServer(spec, surroundings(more));
  if (target === undefined) throw new Error('no target');
  return target;
}

function reasons({ parts }: Target): Record<string, string> {
  return Object.fromEntries(Object.entries(parts).map(([part, look]) => [part, 'blind' in look ? look.blind : 'saw']));
}

describe('the endpoint', () => {
  it.each([
    ['https://a.example', 'https://a.example/mcp'],
    ['https://a.example/', 'https://a.example/mcp'],
    ['https://a.example/mcp/files', 'https://a.example/mcp/files'],
    ['http://user:pass@[::1]:8080/#x', 'http://[::1]:8080/mcp'],
  ])('of %s is %s', (text, endpoint) => {
    expect(endpointOf(text)?.href).toBe(endpoint);
  });

  it.each(['ftp://a.example/', 'file:///etc/passwd', 'nonsense', ''])('of %s is none', (text) => {
    expect(endpointOf(text)).toBeUndefined();
  });
});

describe('a server', () => {
  it('that is no address cannot be looked at', async () => {
    const target = await collect('file:///etc/passwd');
    expect(new Set(Object.values(reasons(target)))).toEqual(new Set(['unreadable']));
  });

  it('that is not there is unreachable in every part', async () => {
    const target = await collect(`http://127.0.0.1:${await servers.closed()}/`);
    expect(reasons(target)).toEqual({
      transport: 'unreachable',
      door: 'unreachable',
      api: 'unreachable',
      tools: 'unreachable',
    });
  });

  it('without a management API has none, and what it says of itself is not guessed', async () => {
    const port = await servers.http((_request, response) => void response.writeHead(404).end());
    const { transport, api } = reasons(await collect(`http://127.0.0.1:${port}/`));
    expect({ transport, api }).toEqual({ transport: 'saw', api: 'not-offered' });
  });

  it('is called by its address alone, and no credential is in what is known of it', async () => {
    const port = await servers.http(
      (request, response) => void response.writeHead(401).end(JSON.stringify(request.headers)),
    );
    const steps: string[] = [];
    const target = await collect(`http://me:s3cr3t-t0ken@127.0.0.1:${port}/mcp?key=hidden`, {
      step: (name, what) => steps.push(`${name} ${what}`),
    });
    expect(target.id).toBe(`server:http://127.0.0.1:${port}/mcp`);
    const everything = JSON.stringify([target, steps]);
    expect(steps.length).toBeGreaterThan(3);
    expect(everything).not.toContain('s3cr3t-t0ken');
    expect(everything).not.toContain('hidden');
  });
});
