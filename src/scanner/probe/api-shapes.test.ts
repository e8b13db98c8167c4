import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { controlsIn, infoIn, loggingIn, MOST_ENTRIES, readyIn, rolesIn, toolsIn } from './api-shapes.ts';

const shapes = [infoIn, rolesIn, toolsIn, loggingIn, controlsIn, readyIn];

describe('answers of /api/v2', () => {
  it('keep what has the right shape and drop the rest', () => {
    expect(infoIn({ secure: true, tls_version: null, auth_required: 'yes', more: 1 })).toEqual({
      secure: true,
      tls_version: null,
    });
    expect(rolesIn([{ name: 'admin', permissions: ['*:*', 7] }, { permissions: [] }, null, { name: 'guest' }])).toEqual(
      [
        { name: 'admin', permissions: ['*:*'] },
        { name: 'guest', permissions: [] },
      ],
    );
    expect(toolsIn([{ name: 'a', security: { sandbox_enabled: 1, permission_scopes: ['x'] } }, { name: 'b' }])).toEqual(
      [{ name: 'a', security: { permission_scopes: ['x'] } }, { name: 'b' }],
    );
    expect(loggingIn({ level: 'INFO', audit_enabled: true, path: '/x' })).toEqual({
      level: 'INFO',
      audit_enabled: true,
    });
    const controls = [
      { id: 'C06', enforced: 'yes', facts: { session_idle_seconds: 60, nested: {} } },
      { id: 'C06', enforced: 'no' },
      { id: 'C99', enforced: 'yes' },
      { id: 'C07', enforced: 'perhaps' },
    ];
    expect(controlsIn(controls)).toEqual([{ id: 'C06', enforced: 'yes', facts: { session_idle_seconds: 60 } }]);
  });

  it('are not taken from what only looks like JSON of somebody else', () => {
    expect(infoIn({ status: 'ok', version: '1' })).toBeUndefined();
    expect(toolsIn({ tools: [] })).toBeUndefined();
    expect(readyIn({ ready: 'true' })).toBeUndefined();
  });

  it('are bounded', () => {
    const many = Array.from({ length: MOST_ENTRIES + 1 }, () => ({ name: 'x' }));
    expect(toolsIn(many)).toBeUndefined();
    expect(toolsIn(many.slice(1))).toHaveLength(MOST_ENTRIES);
    expect(toolsIn([{ name: 'x'.repeat(5_000) }])?.[0]?.name).toHaveLength(256);
  });

  it('of any shape at all are read without harm', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        for (const shape of shapes) expect(() => shape(JSON.parse(JSON.stringify(value)))).not.toThrow();
      }),
    );
    const entries = fc.array(
      fc.record({
        name: fc.oneof(fc.string(), fc.jsonValue()),
        id: fc.constantFrom('C01', '__proto__', 'toString'),
        enforced: fc.constantFrom('yes', 'constructor'),
        facts: fc.dictionary(fc.string(), fc.jsonValue()),
        security: fc.jsonValue(),
      }),
    );
    fc.assert(
      fc.property(entries, (list) => {
        for (const { facts } of controlsIn(list) ?? []) {
          expect(Object.values(facts).every((fact) => typeof fact !== 'object' || fact === null)).toBe(true);
        }
        expect(toolsIn(list)?.length).toBe(list.filter(({ name }) => typeof name === 'string').length);
      }),
    );
  });
});
