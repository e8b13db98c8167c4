import { expect, it } from 'vitest';
import { listenError } from './listen.ts';

it.each([
  ['EADDRINUSE', 'PORT_IN_USE'],
  ['EACCES', 'PORT_NOT_ALLOWED'],
  ['EADDRNOTAVAIL', 'CONFIG_INVALID'],
  ['ENOTFOUND', 'CONFIG_INVALID'],
])('a server that cannot listen because of %s fails with %s', (code, expected) => {
  expect(listenError(Object.assign(new Error('listen'), { code }), '127.0.0.1', 443).code).toBe(expected);
});
