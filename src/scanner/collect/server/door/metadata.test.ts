import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Exchange } from '../../../facts/door.ts';
import { type Look, saw } from '../../../look.ts';
import type { Heard } from '../../../probe/ask.ts';
import type { Line, Manner } from '../../../probe/line.ts';
import { type Metadata, readMetadata, resourceMetadataIn } from './metadata.ts';

interface Sent {
  readonly url: string;
  readonly address: Manner['address'];
}

/** Reads the metadata of `endpoint` where these addresses have these documents; a number is a bare status. */
async function read(
  endpoint: string,
  challenge: string,
  documents: Readonly<Record<string, unknown>>,
  names: Readonly<Record<string, readonly string[]>> = {},
): Promise<Metadata & { sent: Sent[]; steps: string[] }> {
  const sent: Sent[] = [];
  const steps: string[] = [];
  const line: Line = {
    url: new URL(endpoint),
    nextId: () => 1,
    close() {},
    ask({ url }, manner): Promise<Look<Heard>> {
      sent.push({ url: url.href, address: manner?.address });
      const found = documents[url.href] ?? 404;
      const status = typeof found === 'number' ? found : 200;
      return Promise.resolve(
        saw({ status, headers: {}, body: typeof found === 'number' ? '' : JSON.stringify(found), isCut: false }),
      );
    },
  };
  const refusal: Exchange = { status: 401, headers: { 'www-authenticate': challenge }, body: '' };
  const metadata = await readMetadata(refusal, {
    line,
    step: (what) => steps.push(what),
    resolve: (host) => {
      const found = names[host];
      if (found === undefined) return Promise.reject(new Error('ENOTFOUND'));
      return Promise.resolve(found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })));
    },
  });
  return { ...metadata, sent, steps };
}

const naming = (url: string): string => `Bearer realm="x", resource_metadata="${url}"`;

describe('readMetadata', () => {
  it('reads what the challenge names, and the servers in it', async () => {
    const { resource, servers, sent, steps } = await read(
      'https://mcp.example/mcp',
      naming('https://mcp.example/meta'),
      {
        'https://mcp.example/meta': {
          resource: 'https://mcp.example/mcp',
          authorization_servers: ['https://as.example/t'],
        },
        'https://as.example/.well-known/openid-configuration/t': { issuer: 'https://as.example/t' },
      },
      { 'as.example': ['8.8.8.8'] },
    );
    expect(resource).toMatchObject({ saw: { url: 'https://mcp.example/meta' } });
    expect(servers).toMatchObject([{ saw: { document: { issuer: 'https://as.example/t' } } }]);
    expect(sent).toEqual([
      { url: 'https://mcp.example/meta', address: undefined },
      {
        url: 'https://as.example/.well-known/oauth-authorization-server/t',
        address: { address: '8.8.8.8', family: 4 },
      },
      { url: 'https://as.example/.well-known/openid-configuration/t', address: { address: '8.8.8.8', family: 4 } },
    ]);
    expect(steps).toEqual(Array(2).fill('asks https://as.example for metadata, which the server names'));
  });

  it('takes no object that a server answers every path with for metadata', async () => {
    const any = { status: 'ok' };
    const places = ['/mcp', ''].map((path) => [`https://mcp.example/.well-known/oauth-protected-resource${path}`, any]);
    const { resource } = await read('https://mcp.example/mcp', 'Bearer', Object.fromEntries(places));
    expect(resource).toMatchObject({ blind: 'not-offered' });
    const { servers } = await read(
      'https://mcp.example/mcp',
      naming('https://mcp.example/meta'),
      {
        'https://mcp.example/meta': { authorization_servers: ['https://mcp.example'] },
        'https://mcp.example/.well-known/oauth-authorization-server': any,
        'https://mcp.example/.well-known/openid-configuration': { issuer: 'https://mcp.example' },
      },
      {},
    );
    expect(servers).toMatchObject([{ saw: { document: { issuer: 'https://mcp.example' } } }]);
  });

  it('looks at the well-known paths where the challenge names nothing', async () => {
    const { resource, sent } = await read('https://mcp.example/mcp', 'Bearer', {
      'https://mcp.example/.well-known/oauth-protected-resource': { resource: 'https://mcp.example' },
    });
    expect(resource).toMatchObject({ saw: { document: { resource: 'https://mcp.example' } } });
    expect(sent.map(({ url }) => url)).toEqual([
      'https://mcp.example/.well-known/oauth-protected-resource/mcp',
      'https://mcp.example/.well-known/oauth-protected-resource',
    ]);
  });

  it.each([
    ['http://169.254.169.254/latest/meta-data', 'not-asked'],
    ['http://mcp.example/meta', 'not-asked'],
    ['http://127.0.0.1:8080/', 'not-asked'],
    ['https://127.0.0.1/', 'not-asked'],
    ['https://[::1]/', 'not-asked'],
    ['https://[::ffff:10.0.0.1]/', 'not-asked'],
    ['https://10.0.0.1/', 'not-asked'],
    ['https://inside.example/', 'not-asked'],
    ['https://both.example/', 'not-asked'],
    ['https://0x7f.1/', 'not-asked'],
    ['file:///etc/passwd', 'not-asked'],
    ['https://unknown.example/', 'unreachable'],
    ['https://user:secret@mcp.example/', 'unreadable'],
    ['nowhere', 'unreadable'],
  ])('never asks %s', async (place, reason) => {
    const names = { 'inside.example': ['10.1.1.1'], 'both.example': ['8.8.8.8', 'fd00::1'] };
    const { resource, sent } = await read('https://mcp.example/mcp', naming(place), {}, names);
    expect(resource).toMatchObject({ blind: reason });
    expect(sent).toEqual([]);
  });

  it('asks this machine only where the target is on it', async () => {
    const documents = { 'http://127.0.0.1:9/meta': { resource: 'x' } };
    const { resource } = await read('http://localhost:8/mcp', naming('http://127.0.0.1:9/meta'), documents);
    expect(resource).toMatchObject({ saw: { document: { resource: 'x' } } });
  });

  it.each([
    ['a redirect', 302, 'not-asked'],
    ['a failure', 503, 'error'],
    ['nothing', 404, 'not-offered'],
    ['a list', [1], 'unreadable'],
    ['what nests too deep', JSON.parse('{"a":'.repeat(50) + '1' + '}'.repeat(50)), 'unreadable'],
  ])('takes %s for no document', async (_name, found, reason) => {
    const { resource } = await read('https://mcp.example/mcp', naming('https://mcp.example/m'), {
      'https://mcp.example/m': found,
    });
    expect(resource).toMatchObject({ blind: reason });
  });

  it('stays with the server that an issuer names, whatever its path looks like', async () => {
    const { servers, sent } = await read('https://mcp.example/mcp', naming('https://mcp.example/m'), {
      'https://mcp.example/m': {
        authorization_servers: ['https://mcp.example//evil.example', 'data:x', 7, 'https://mcp.example/a', 'x'],
      },
    });
    expect(servers.map((look) => 'blind' in look && look.blind)).toEqual(['not-offered', 'unreadable', 'unreadable']);
    expect(new Set(sent.map(({ url }) => new URL(url).host))).toEqual(new Set(['mcp.example']));
  });
});

describe('resourceMetadataIn', () => {
  it.each([
    ['Bearer resource_metadata="https://a.example/m"', 'https://a.example/m'],
    ['Bearer realm="x", Resource_Metadata=https://a.example/m, scope="y"', 'https://a.example/m'],
    ['Bearer resource_metadata="https://a.example/m', 'https://a.example/m'],
    ['Bearer resource_metadata=""', undefined],
    ['Bearer realm="x"', undefined],
  ])('reads %s', (challenge, url) => {
    expect(resourceMetadataIn(challenge)).toBe(url);
  });

  it('reads a bounded text or none out of anything', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect((resourceMetadataIn(`Bearer resource_metadata=${text}`) ?? '').length).toBeLessThanOrEqual(2_048);
      }),
    );
  });
});
