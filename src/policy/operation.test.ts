import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { codeOf } from '../../test/error-of.ts';
import type { JsonObject } from '../kernel/jsonrpc.ts';
import { decide, defineRole } from './decide.ts';
import { listedOperation, methodNeeds, operationOf } from './operation.ts';
import { formatPermission } from './permission.ts';

const needOf = (method: string, params: JsonObject | undefined, upstream: string | undefined = 'up'): string =>
  formatPermission(operationOf(method, params, upstream));

test.each<[string, JsonObject | undefined, string]>([
  ['initialize', {}, 'read:info'],
  ['ping', undefined, 'read:info'],
  ['tools/list', { cursor: 'x' }, 'read:info'],
  ['notifications/initialized', undefined, 'read:info'],
  ['notifications/whatever', {}, 'read:info'],
  ['tools/call', { name: 'a/b' }, 'execute:tool/up/a/b'],
  ['prompts/get', { name: 'p' }, 'read:prompt/up/p'],
  ['resources/read', { uri: 'file:///a/../b' }, 'read:resource/up/file:///a/../b'],
  ['resources/subscribe', { uri: 'x:y' }, 'read:resource/up/x:y'],
  ['resources/unsubscribe', { uri: 'x:y' }, 'read:resource/up/x:y'],
  ['completion/complete', { ref: { type: 'ref/prompt', name: 'p' } }, 'read:prompt/up/p'],
  ['completion/complete', { ref: { type: 'ref/resource', uri: 'a://{b}' } }, 'read:resource/up/a://{b}'],
  ['tasks/get', { taskId: '1' }, 'execute:method/up/tasks/get'],
  ['tools/CALL', { name: 'x' }, 'execute:method/up/tools/CALL'],
  ['tools/call ', { name: 'x' }, 'execute:method/up/tools/call '],
  ['notifications', {}, 'execute:method/up/notifications'],
  ['constructor', {}, 'execute:method/up/constructor'],
  ['__proto__', {}, 'execute:method/up/__proto__'],
])('%s %j needs %s', (method, params, need) => {
  expect(needOf(method, params)).toBe(need);
});

test.each<[string, JsonObject | undefined]>([
  ['tools/call', undefined],
  ['tools/call', {}],
  ['tools/call', { name: 1 }],
  ['tools/call', { name: null }],
  ['tools/call', { name: ['read_file'] }],
  ['tools/call', { name: { toString: 'x' } }],
  ['tools/call', { name: '' }],
  ['tools/call', { name: '*' }],
  ['tools/call', { Name: 'x' }],
  ['prompts/get', { uri: 'x' }],
  ['resources/read', { name: 'x' }],
  ['resources/read', { uri: '' }],
  ['completion/complete', {}],
  ['completion/complete', { ref: 'ref/prompt' }],
  ['completion/complete', { ref: { type: 'ref/tool', name: 'x' } }],
  ['completion/complete', { ref: { type: 'ref/prompt', uri: 'x' } }],
  ['completion/complete', { ref: { type: 'ref/resource', name: 'x' } }],
])('%s %j is malformed', (method, params) => {
  expect(codeOf(() => operationOf(method, params, 'up'))).toBe('PARAMS_INVALID');
});

test('where no upstream is known, only methods that concern none get an operation', () => {
  expect(needOf('initialize', {}, undefined)).toBe('read:info');
  expect(codeOf(() => operationOf('tools/call', { name: 'x' }, undefined))).toBe('PARAMS_INVALID');
  expect(codeOf(() => operationOf('tasks/get', {}, undefined))).toBe('METHOD_UNKNOWN');
});

test('any method with any parameters needs one operation or is refused with a code', () => {
  const method = fc.oneof(fc.constantFrom(...methodNeeds.keys()), fc.string());
  const params = fc.option(fc.dictionary(fc.constantFrom('name', 'uri', 'ref', 'type'), fc.jsonValue()), {
    nil: undefined,
  });
  fc.assert(
    fc.property(method, params, (asked, given) => {
      const code = codeOf(() => {
        const operation = operationOf(asked, given, 'up');
        expect(operation.kind === 'info' || operation.upstream === 'up').toBe(true);
      });
      expect(['none', 'PARAMS_INVALID', 'METHOD_UNKNOWN']).toContain(code);
    }),
  );
});

const names = fc.oneof(fc.constantFrom('read', 'read_file', '*', '', '..', 'a/b', 'é'), fc.string({ unit: 'binary' }));
const upstreams = fc.constantFrom('fs', 'fsx', 'memory');
const roles = fc
  .array(
    fc
      .constantFrom('*:*', 'execute:tool', 'execute:tool/fs', 'execute:tool/fs/read', 'execute:tool/*/read', 'read:*')
      .chain((fixed) =>
        fc.oneof(
          fc.constant(fixed),
          names.filter((n) => n !== '').map((n) => `execute:tool/fs/${n}`),
        ),
      ),
    { maxLength: 3 },
  )
  .map((texts) => defineRole('r', texts));

test('a tool is listed exactly when it can be called', () => {
  fc.assert(
    fc.property(roles, upstreams, names, (role, upstream, name) => {
      const listed = listedOperation('tool', upstream, name);
      const visible = listed !== undefined && decide(role, listed).allowed;
      expect(visible).toBe(callable());

      function callable(): boolean {
        try {
          return decide(role, operationOf('tools/call', { name }, upstream)).allowed;
        } catch {
          return false;
        }
      }
    }),
  );
});

test('prompts and resources are listed by the operation that using them needs', () => {
  expect(listedOperation('prompt', 'up', 'p')).toEqual(operationOf('prompts/get', { name: 'p' }, 'up'));
  expect(listedOperation('resource', 'up', 'a:b')).toEqual(operationOf('resources/read', { uri: 'a:b' }, 'up'));
  expect(listedOperation('resource', 'up', { uri: 'a:b' })).toBeUndefined();
});
