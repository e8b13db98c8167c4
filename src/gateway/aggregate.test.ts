import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../test/error-of.ts';
import {
  decodeCursor,
  encodeCursor,
  mergeInitialize,
  prefixName,
  prefixUri,
  publish,
  route,
  splitName,
  splitUri,
} from './aggregate.ts';

const upstreams = new Set(['files', 'mem', 'a_b', 'files-x']);
const upstream = fc.constantFrom(...upstreams);

describe('names on the aggregated endpoint', () => {
  it('come back as they were, whatever a tool is called', () => {
    fc.assert(
      fc.property(upstream, fc.string(), (name, tool) => {
        expect(splitName(prefixName(name, tool), upstreams)).toEqual({ upstream: name, name: tool });
      }),
    );
  });

  it('come back as they were, whatever a URI looks like, and stay URIs', () => {
    fc.assert(
      fc.property(upstream, fc.webUrl(), (name, uri) => {
        const published = prefixUri(name, uri);
        expect(splitUri(published, upstreams)).toEqual({ upstream: name, uri });
        expect(URL.canParse(published)).toBe(true);
      }),
    );
  });

  it('belong to nobody when no upstream is meant', () => {
    for (const name of ['read', '__read', 'nobody__read', 'FILES__read', 'files_read', '']) {
      expect(splitName(name, upstreams), name).toBeUndefined();
    }
    for (const uri of ['file:///a', '+file:///a', 'nobody+file:///a', ''])
      expect(splitUri(uri, upstreams), uri).toBeUndefined();
  });

  it('are found wherever a result carries them', () => {
    expect(publish('tools/list', 'mem', { tools: [{ name: 'x' }, 7] })).toEqual({ tools: [{ name: 'mem__x' }, 7] });
    expect(publish('resources/list', 'mem', { resources: [{ name: 'label', uri: 'a:b' }] })).toEqual({
      resources: [{ name: 'label', uri: 'mem+a:b' }],
    });
    expect(
      publish('tools/call', 'mem', {
        content: [
          { type: 'text', text: 'a:b' },
          { type: 'resource_link', name: 'n', uri: 'a:b' },
          { type: 'resource', resource: { uri: 'a:b', text: '' } },
        ],
      }),
    ).toEqual({
      content: [
        { type: 'text', text: 'a:b' },
        { type: 'resource_link', name: 'n', uri: 'mem+a:b' },
        { type: 'resource', resource: { uri: 'mem+a:b', text: '' } },
      ],
    });
    expect(
      publish('prompts/get', 'mem', {
        messages: [{ role: 'user', content: { type: 'resource', resource: { uri: 'a:b' } } }],
      }),
    ).toEqual({ messages: [{ role: 'user', content: { type: 'resource', resource: { uri: 'mem+a:b' } } }] });
  });
});

describe('routing on the aggregated endpoint', () => {
  const request = (method: string, params: object) => ({
    jsonrpc: '2.0' as const,
    id: 1,
    method,
    params: { ...params },
  });

  it('strips the prefix and leaves the rest of the parameters alone', () => {
    const routed = route(request('tools/call', { name: 'files__read', arguments: { name: 'files__read' } }), upstreams);
    expect(routed.upstream).toBe('files');
    expect(routed.request.params).toEqual({ name: 'read', arguments: { name: 'files__read' } });
    const ref = route(request('completion/complete', { ref: { type: 'ref/prompt', name: 'mem__p' } }), upstreams);
    expect(ref).toMatchObject({ upstream: 'mem', request: { params: { ref: { type: 'ref/prompt', name: 'p' } } } });
    const read = route(request('resources/read', { uri: 'a.b+file:///x' }), upstreams);
    expect(read).toMatchObject({ upstream: 'a_b', request: { params: { uri: 'file:///x' } } });
  });

  it('refuses what names no upstream', () => {
    expect(codeOf(() => route(request('tools/call', { name: 'read' }), upstreams))).toBe('PARAMS_INVALID');
    expect(codeOf(() => route(request('tools/call', {}), upstreams))).toBe('PARAMS_INVALID');
    expect(codeOf(() => route(request('completion/complete', { ref: 'x' }), upstreams))).toBe('PARAMS_INVALID');
    expect(codeOf(() => route(request('tasks/get', { taskId: '1' }), upstreams))).toBe('PARAMS_INVALID');
    expect(codeOf(() => route(request('tasks/list', {}), upstreams))).toBe('METHOD_UNKNOWN');
  });
});

describe('the cursor of many upstreams', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(fc.dictionary(upstream, fc.string(), { minKeys: 1 }), (cursors) => {
        expect(decodeCursor(encodeCursor(cursors), upstreams)).toEqual({ ...cursors });
      }),
    );
    expect(encodeCursor({})).toBeUndefined();
  });

  it('is refused when forged: it cannot reach an upstream that the caller may not use', () => {
    for (const forged of ['', 'x', 7, encodeCursor({ secret: '1' }), Buffer.from('{"mem":1}').toString('base64url')]) {
      expect(codeOf(() => decodeCursor(forged, upstreams))).toBe('PARAMS_INVALID');
    }
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(['none', 'PARAMS_INVALID']).toContain(codeOf(() => decodeCursor(text, upstreams)));
      }),
    );
  });
});

it('says together what the upstreams can do', () => {
  const answers = new Map([
    ['files', { capabilities: { tools: { listChanged: false } }, instructions: 'Read first.' }],
    ['mem', { capabilities: { tools: { listChanged: true }, resources: { subscribe: true }, tasks: {} } }],
  ]);
  expect(mergeInitialize(answers, '2025-11-25', '1.2.3')).toEqual({
    protocolVersion: '2025-11-25',
    capabilities: { tools: { listChanged: true }, resources: { subscribe: true } },
    serverInfo: { name: 'merlon', version: '1.2.3' },
    instructions: '[files]\nRead first.',
  });
});
