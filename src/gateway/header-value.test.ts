import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeHeaderValue, encodeHeaderValue } from './header-value.ts';

const unit = fc.constantFrom(
  '=',
  '?',
  'base64',
  '=?base64?',
  '?=',
  ' ',
  '\t',
  '\r\n',
  'é',
  '世',
  '\0',
  'a',
  '+',
  'QQ==',
);
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(unit, { maxLength: 6 }).map((parts) => parts.join('')),
);

describe('a header value', () => {
  it('comes back as it went in, whatever it was', () => {
    fc.assert(
      fc.property(text, (value) => {
        const encoded = encodeHeaderValue(value);
        if (encoded === undefined) expect(value.isWellFormed()).toBe(false);
        else expect(decodeHeaderValue(encoded)).toBe(value);
      }),
    );
  });

  it('never holds a control character, a byte beyond ASCII or a blank at its ends', () => {
    fc.assert(
      fc.property(text, (value) => {
        const encoded = encodeHeaderValue(value);
        expect(encoded ?? 'none').toMatch(/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/);
      }),
    );
  });

  it('stays readable where it can (HTTP-44)', () => {
    for (const value of [
      'us-west1',
      'us west 1',
      'file:///a.txt',
      '42',
      'SGVsbG8=',
      '=?base64?SGVsbG8=',
      'SGVsbG8=?=',
      '=?BASE64?QQ==?=',
    ]) {
      expect(encodeHeaderValue(value), value).toBe(value);
      expect(decodeHeaderValue(value), value).toBe(value);
    }
  });

  it('is encoded where a parser or a reader could take it for something else (HTTP-44, HTTP-49)', () => {
    expect(encodeHeaderValue('')).toBe('=?base64??=');
    expect(encodeHeaderValue('Hello, 世界')).toBe('=?base64?SGVsbG8sIOS4lueVjA==?=');
    expect(encodeHeaderValue('=?base64?QQ==?=')).toBe('=?base64?PT9iYXNlNjQ/UVE9PT89?=');
    for (const value of [' a', 'a ', '\ta', 'a\tb', 'a\r\nx: y', 'a\nb', 'a\0', '\x7f', '=?base64?=']) {
      expect(encodeHeaderValue(value), value).toMatch(/^=\?base64\?.+\?=$/);
    }
  });

  it('is refused in Base64 that two readers could read differently', () => {
    for (const payload of [
      'SGVsbG8', // no padding
      'SGVs!!!bG8=', // not of the alphabet
      'SGVsbG8==', // too much padding
      'SGVsbG9=', // bits that mean nothing
      'SGVs bG8=',
      'SGVs\tbG8=',
      '-_-_', // the alphabet of URLs
      '=',
      '====',
      'QQ==QQ==',
    ]) {
      expect(decodeHeaderValue(`=?base64?${payload}?=`), payload).toBeUndefined();
    }
    expect(decodeHeaderValue('=?base64?=')).toBeUndefined();
  });

  it('is refused when its bytes are no UTF-8, and keeps a byte order mark', () => {
    for (const bytes of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe4, 0xb8]]) {
      expect(decodeHeaderValue(`=?base64?${Buffer.from(bytes).toString('base64')}?=`)).toBeUndefined();
    }
    expect(decodeHeaderValue('=?base64?77u/YQ==?=')).toBe('\ufeffa');
  });

  it('is refused with bytes that are no ASCII (HTTP-57), though a tab inside is legal', () => {
    for (const value of ['caf\u00e9', 'a\u0000b', 'a\nb', '\u007f', '世'])
      expect(decodeHeaderValue(value)).toBeUndefined();
    expect(decodeHeaderValue('a\tb')).toBe('a\tb');
  });
});
