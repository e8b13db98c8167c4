import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MerlonError } from '../../kernel/errors.ts';
import { readFolder } from '../constraint/check-constraint.ts';
import { compileConstraint, holds } from '../constraint/compile-constraint.ts';
import { readBareOrigin } from '../constraint/read-origin.ts';
import {
  defaultScopes,
  formatScope,
  parseScope,
  parseScopeOf,
  type Scope,
  scopeCovers,
  scopesInBoth,
  widestOf,
} from './scope.ts';

const covers = (wide: string, narrow: string): boolean => scopeCovers(parseScope(wide), parseScope(narrow));

function codeOf(run: () => unknown): string | undefined {
  try {
    run();
  } catch (error) {
    return error instanceof MerlonError ? error.code : String(error);
  }
  return undefined;
}

describe('what would reach beyond itself', () => {
  test.each([
    'files:/tmp/../etc/',
    'files:/tmp/..',
    'files:/./tmp/',
    'files:/tmp//etc/',
    'files://etc',
    'files:tmp/',
    'files:~/x/',
    'files:C:\\temp\\',
    'files:/tmp/*',
    'files:/tmp/a?',
    'files:/tmp/%2e%2e/etc/',
    'files:/tmp\u0000/',
    'files:/tmp\n/',
    'files:/tmp/\u202efdp/',
    'files:',
    'network:https://api.example.com/v1',
    'network:https://api.example.com/v1/../',
    'network:https://api.example.com/?q',
    'network:https://api.example.com#x',
    'network:https://api.example.com@evil.example/',
    'network:https://u:p@api.example.com/',
    'network:https://api.example.com\\@evil.example/',
    'network:https:\\\\api.example.com/',
    'network:https:/api.example.com/',
    'network:https://*.example.com/',
    'network:https://аpi.example.com/',
    'network:https://api.example.com /',
    'network:ftp://api.example.com/',
    'network:javascript:alert(1)',
    'network:https://',
    'network:api.example.com',
    'sandboxed_code ',
    'sandboxed',
    '*',
    '',
    'files',
    '__proto__',
    'toString',
    `files:/${'a'.repeat(5_000)}/`,
  ])('%j is refused', (text) => expect(codeOf(() => parseScope(text))).toBe('CONFIG_INVALID'));

  test('is not repeated in the message, and has something to do', () => {
    const text = 'files:sk-secret-1234567890';
    expect(codeOf(() => parseScope(text))).toBe('CONFIG_INVALID');
    try {
      parseScope(text);
    } catch (error) {
      expect(String(error)).not.toContain('secret');
      expect((error as MerlonError).todo).toMatch(/^Write /);
    }
  });
});

describe('covering', () => {
  test.each([
    ['files:/tmp/', 'files:/tmp/', true],
    ['files:/tmp', 'files:/tmp/', true],
    ['files:/tmp/', 'files:/tmp/a/b/', true],
    ['files:/', 'files:/tmp/', true],
    ['files:/', 'files:/', true],
    ['files:/tmp', 'files:/tmpx/', false],
    ['files:/tmp/a/', 'files:/tmp/', false],
    ['files:/tmp/', 'files:/TMP/', false],
    ['network:https://api.example.com/', 'network:https://API.example.com:443', true],
    ['network:https://api.example.com/', 'network:http://api.example.com/', false],
    ['network:https://api.example.com/', 'network:https://api.example.com:8443/', false],
    ['network:https://api.example.com/', 'network:https://api.example.com.evil.example/', false],
    ['network:https://example.com/', 'network:https://api.example.com/', false],
    ['sandboxed_code', 'sandboxed_code', true],
    ['files:/', 'sandboxed_code', false],
    ['sandboxed_code', 'network:https://api.example.com/', false],
  ])('%s covers %s: %s', (wide, narrow, expected) => expect(covers(wide, narrow)).toBe(expected));
});

test('each kind stands under its own actions', () => {
  expect(codeOf(() => parseScopeOf('execute', 'files:/tmp/'))).toBe('CONFIG_INVALID');
  expect(codeOf(() => parseScopeOf('read', 'network:https://a.example/'))).toBe('CONFIG_INVALID');
  expect(codeOf(() => parseScopeOf('write', 'sandboxed_code'))).toBe('CONFIG_INVALID');
  expect(parseScopeOf('execute', 'sandboxed_code')).toEqual({ kind: 'sandboxed_code' });
  expect(parseScopeOf('write', 'files:/tmp/')).toEqual({ kind: 'files', folder: '/tmp' });
});

test('the resources stand for what the mission gives them, but no origin is everybody’s', () => {
  expect(defaultScopes(['code_execution', 'file_access', 'network_access'])).toEqual({
    read: ['files:/tmp/'],
    write: ['files:/tmp/'],
    execute: ['sandboxed_code'],
  });
  expect(defaultScopes([])).toEqual({ read: [], write: [], execute: [] });
});

const step = fc
  .string({ minLength: 1, maxLength: 6, unit: 'binary' })
  .filter((text) => text !== '.' && text !== '..' && !/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}/*?\\%]/u.test(text));
const files = fc
  .array(fc.oneof(step, fc.constantFrom('tmp', '__proto__', 'toString')), { maxLength: 4 })
  .map((steps) => `/${steps.join('/')}`)
  .filter((folder) => readFolder(folder) === folder)
  .map((folder): Scope => ({ kind: 'files', folder }));
const network = fc
  .webAuthority({ withPort: true })
  .map((authority) => readBareOrigin(`https://${authority}`))
  .filter((origin) => origin !== undefined)
  .map((origin): Scope => ({ kind: 'network', origin }));
const scopes = fc.oneof(files, network, fc.constant<Scope>({ kind: 'sandboxed_code' }));

describe('for any scope', () => {
  test('its text is read as the same scope', () => {
    fc.assert(
      fc.property(scopes, (scope) => {
        expect(parseScope(formatScope(scope))).toEqual(scope);
      }),
    );
  });

  test('any text is a scope or refused with the one code, and a scope means one thing', () => {
    const soup = fc
      .array(
        fc.constantFrom('files:', 'network:', 'https://', '/', '..', 'tmp', '%2e', '@', '\\', '*', '\0', ':', 'a.b'),
        {
          maxLength: 8,
        },
      )
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.oneof(soup, fc.string({ unit: 'binary' })), (text) => {
        let scope: Scope;
        try {
          scope = parseScope(text);
        } catch (error) {
          expect(error).toMatchObject({ code: 'CONFIG_INVALID' });
          return;
        }
        expect(parseScope(formatScope(scope))).toEqual(scope);
        if (scope.kind === 'files') {
          expect(scope.folder.split('/')).not.toContain('..');
          expect(holds(compileConstraint({ subpath: [scope.folder] }), scope.folder)).toBe(true);
        }
        if (scope.kind === 'network') {
          expect(holds(compileConstraint({ origin: [scope.origin] }), `${scope.origin}/x`)).toBe(true);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test('covering is reflexive and transitive, and what two lists have in common is covered by both', () => {
    fc.assert(
      fc.property(scopes, scopes, scopes, (a, b, c) => {
        expect(scopeCovers(a, a)).toBe(true);
        if (scopeCovers(a, b) && scopeCovers(b, c)) expect(scopeCovers(a, c)).toBe(true);
      }),
    );
    fc.assert(
      fc.property(fc.array(scopes, { maxLength: 4 }), fc.array(scopes, { maxLength: 4 }), (some, others) => {
        for (const one of scopesInBoth(some, others)) {
          expect(some.some((wide) => scopeCovers(wide, one))).toBe(true);
          expect(others.some((wide) => scopeCovers(wide, one))).toBe(true);
        }
        for (const one of some) expect(widestOf(some).some((wide) => scopeCovers(wide, one))).toBe(true);
      }),
    );
  });
});
