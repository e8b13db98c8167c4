import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { answerIn } from './plain-http.ts';

test('a redirect is told with where it leads to', () => {
  const heard = 'HTTP/1.1 308 Permanent Redirect\r\nX: 1\r\nlOcation:  https://a.example/mcp \r\n\r\n';
  expect(answerIn(heard)).toEqual({ answer: 'redirected', status: 308, location: 'https://a.example/mcp' });
  expect(answerIn('HTTP/1.1 304 Not Modified\r\n\r\n').answer).toBe('refused');
});

test.each([
  [200, 'served'],
  [401, 'served'],
  [405, 'served'],
  [403, 'refused'],
  [404, 'refused'],
  [426, 'refused'],
  [503, 'refused'],
])('status %i is %s', (status, answer) => {
  expect(answerIn(`HTTP/1.1 ${status} X\r\n\r\n`)).toEqual({ answer, status });
});

test('a web page is told from an endpoint', () => {
  const heard = 'HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<!doctype html>';
  expect(answerIn(heard)).toEqual({ answer: 'served', status: 200, isPage: true });
});

test('what is no HTTP is no answer', () => {
  expect(answerIn('')).toEqual({ answer: 'closed' });
  expect(answerIn('HTTP/1.1 99999 X').answer).toBe('closed');
});

test('text of any kind gives one of four answers', () => {
  const kinds = ['closed', 'redirected', 'refused', 'served'];
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(kinds).toContain(answerIn(text).answer);
      expect(kinds).toContain(answerIn(`HTTP/1.1 302 ${text}`).answer);
    }),
  );
});
