import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorOf } from '../../test/error-of.ts';
import { LEGACY_VERSIONS } from './era.ts';
import { checkLegacyVersion } from './legacy-version.ts';

describe('the MCP-Protocol-Version of a legacy request', () => {
  it('may be missing (LEG-HTTP-39)', () => {
    expect(() => checkLegacyVersion(undefined)).not.toThrow();
    expect(() => checkLegacyVersion(undefined, '2025-11-25')).not.toThrow();
  });

  it.each(LEGACY_VERSIONS)('may be %s, whatever the session agreed on', (version) => {
    expect(() => checkLegacyVersion(version)).not.toThrow();
    expect(() => checkLegacyVersion(version, '2025-06-18')).not.toThrow();
  });

  it('may be what the upstream agreed on with the client', () => {
    expect(() => checkLegacyVersion('2024-10-07', '2024-10-07')).not.toThrow();
  });

  it('may be nothing else (LEG-HTTP-40)', () => {
    const strange = fc.oneof(fc.string(), fc.constantFrom('', '2024-10-07', '2025-11-25, 2025-11-25', 'DRAFT-2026-v1'));
    fc.assert(
      fc.property(strange, (version) => {
        fc.pre(!LEGACY_VERSIONS.some((known) => known === version));
        expect(errorOf(() => checkLegacyVersion(version, '2025-11-25'))).toMatchObject({
          code: 'PROTOCOL_UNSUPPORTED',
          http: 400,
        });
      }),
    );
  });
});
