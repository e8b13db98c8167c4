import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeGateway, startFakeGateway } from '../../test/fake-gateway.ts';
import type { Catalog } from '../gateway/catalog.ts';
import { endpointNeeds } from '../policy/operation.ts';
import { formatPermission } from '../policy/permission.ts';
import { createApi, type Deployment } from './app.ts';

const deployment: Deployment = {
  version: '1.2.3',
  secure: true,
  tlsVersion: 'TLSv1.3',
  authRequired: true,
  logLevel: 'INFO',
  auditEnabled: true,
  auditWritable: true,
  switchedOff: [{ key: 'server.verify_host', sentence: 'Any host is answered.' }],
  controls: () => [{ id: 'C06', enforced: 'yes', facts: { session_idle_seconds: 900, log_rotation: null } }],
  notEnforced: ['No sandbox.'],
  isConfined: () => false,
};

/** Endpoints that change something. */
const changing: Readonly<Record<string, readonly string[]>> = {
  '/api/v2/tasks': ['get', 'post'],
  '/api/v2/tasks/{id}': ['delete', 'get', 'patch'],
  '/api/v2/approvals/{id}': ['get', 'post'],
};

let gateway: FakeGateway;
let server: Server;
let facts: Deployment;
let catalog: Catalog;

beforeEach(async () => {
  facts = deployment;
  catalog = { tools: [{ upstream: 'files', name: 'read', description: 'Reads.' }], unavailable: [] };
  gateway = await startFakeGateway({
    upstreams: [],
    roles: { all: ['*:*'], none: [], reader: ['read:info', 'read:tools'] },
  });
  server = createServer(
    createApi(
      gateway.gate,
      () => facts,
      () => Promise.resolve(catalog),
    ),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await gateway.close();
});

async function get(path: string, token?: string, method = 'GET') {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers });
  const text = await response.text();
  const body: { paths: Record<string, object>; error: { code: string } } = JSON.parse(text);
  return { status: response.status, headers: response.headers, body };
}

describe('the management API', () => {
  it('documents exactly the endpoints for which a need is stated', async () => {
    const { body } = await get('/api/v2/openapi.json', 'me:all');
    const documented = [...Object.keys(body.paths), '/api/v2/openapi.json'];
    expect(documented.toSorted()).toEqual(Object.keys(endpointNeeds).toSorted());
    for (const [path, operations] of Object.entries<object>(body.paths))
      expect(Object.keys(operations).toSorted(), path).toEqual(changing[path] ?? ['get']);
  });

  it('tells what is enforced of each control', async () => {
    const { body } = await get('/api/v2/controls', 'me:all');
    expect(body).toEqual(facts.controls());
  });

  it.each(Object.entries(endpointNeeds))('asks for what %s needs', async (path, need) => {
    const stranger = await get(path);
    if (need === 'own') {
      expect(stranger.status).toBe(401);
      // What is there is their own; nothing is, where no task was ever opened.
      expect((await get(path, 'me:none')).status).toBe(404);
      return;
    }
    if (need === 'public') {
      expect(stranger.status).toBe(200);
      return;
    }
    expect(stranger.status).toBe(401);
    expect(stranger.headers.get('www-authenticate')).toContain('Bearer');
    const denied = await get(path, 'me:none');
    expect(denied.status).toBe(403);
    expect(denied.headers.get('www-authenticate')).toContain(`scope="${formatPermission(need)}"`);
    expect((await get(path, 'me:all')).status).toBe(200);
    expect(gateway.entries.map((entry) => (entry.kind === 'refusal' ? entry.code : entry.kind))).toEqual([
      'AUTH_REQUIRED',
      'FORBIDDEN',
    ]);
  });

  it('asks a stranger for a credential even where there is nothing', async () => {
    expect((await get('/api/v2/secrets')).status).toBe(401);
    expect((await get('/api/v2/secrets', 'me:all')).status).toBe(404);
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      expect((await get('/api/v2/tools', 'me:all', method)).status, method).toBe(404);
    }
  });

  it('tells what is switched off only to those who may know', async () => {
    expect((await get('/api/v2/info')).body).toEqual({
      name: 'merlon',
      version: '1.2.3',
      secure: true,
      tls_version: 'TLSv1.3',
      auth_required: true,
    });
    expect((await get('/api/v2/info', 'me:reader')).body).not.toHaveProperty('switched_off');
    expect((await get('/api/v2/info', 'me:all')).body).toMatchObject({
      switched_off: deployment.switchedOff,
      not_enforced: deployment.notEnforced,
    });
  });

  it('names upstreams that could not be asked, and fails when there was none', async () => {
    catalog = { ...catalog, unavailable: ['mem', 'web'] };
    const some = await get('/api/v2/tools', 'me:reader');
    expect(some.headers.get('merlon-unavailable')).toBe('mem, web');
    expect(some.body).toEqual([
      {
        name: 'files__read',
        upstream: 'files',
        description: 'Reads.',
        security: { sandbox_enabled: false, permission_scopes: ['execute:tool/files/read'] },
      },
    ]);
    catalog = { tools: [], unavailable: ['mem'] };
    expect((await get('/api/v2/tools', 'me:reader')).status).toBe(502);
  });

  it('is not ready while the audit log cannot be written', async () => {
    expect((await get('/ready')).status).toBe(200);
    facts = { ...deployment, auditWritable: false };
    expect((await get('/ready')).status).toBe(503);
    expect((await get('/health')).status).toBe(200);
  });

  it('shows nothing of an error that nobody foresaw', async () => {
    catalog = null as unknown as Catalog;
    const failed = await get('/api/v2/tools', 'me:reader');
    expect(failed.status).toBe(500);
    expect(failed.body.error.code).toBe('INTERNAL');
    expect(JSON.stringify(failed.body)).not.toContain('null');
  });
});
