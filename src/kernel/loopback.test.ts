import { describe, expect, test } from 'vitest';
import { isLoopbackHost } from './loopback.ts';

describe('isLoopbackHost', () => {
  test.each(['127.0.0.1', '127.8.9.10', 'localhost', 'LOCALHOST', '::1', '[::1]', '::ffff:127.0.0.1'])(
    'takes %s for this machine',
    (host) => expect(isLoopbackHost(host)).toBe(true),
  );
  test.each(['0.0.0.0', '::', '', '10.0.0.1', '127.0.0.1.example.com', 'localhost.example.com', '1127.0.0.1', '127.1'])(
    'takes %j for reachable from outside',
    (host) => expect(isLoopbackHost(host)).toBe(false),
  );
});
