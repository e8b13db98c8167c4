import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatEventId, parseEventId } from './event-id.ts';

const place = fc.integer({ min: 1, max: 999_999_999_999_999 });

describe('an event id', () => {
  it('is read back as what was written', () => {
    fc.assert(
      fc.property(fc.oneof(fc.constant(0), place), place, (stream, seq) => {
        expect(parseEventId(formatEventId({ stream, seq }))).toEqual({ stream, seq });
      }),
    );
  });

  it('has one spelling: nothing else is read as an id', () => {
    const almost = fc.stringMatching(/^[0-9+\-. eE\t]{0,20}$/);
    fc.assert(
      fc.property(fc.oneof(fc.string(), almost), (text) => {
        const id = parseEventId(text);
        expect(id === undefined ? text : formatEventId(id)).toBe(text);
      }),
    );
  });

  it.each([
    '',
    '0',
    '-',
    '0-0',
    '1-',
    '-1',
    '01-1',
    '1-01',
    '1-1\n',
    ' 1-1',
    '1-1, 1-1',
    '1e3-1',
    '9'.repeat(16) + '-1',
  ])('is not %j', (text) => {
    expect(parseEventId(text)).toBeUndefined();
  });
});
