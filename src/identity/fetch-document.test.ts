import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { startIssuer } from '../../test/identity/loopback-issuer.ts';
import { MerlonError } from '../kernel/errors.ts';
import { fetchDocument, trustworthyUrl } from './fetch-document.ts';

test.each([
  'https://a.example/x',
  'http://127.0.0.1:1/x',
  'http://127.8.8.8/',
  'http://[::1]:1/',
  'http://localhost:1/',
])('%s is trustworthy', (text) => {
  expect(trustworthyUrl(text)?.href).toBe(text);
});

test.each([
  'http://a.example/',
  'http://localhost.example/',
  'http://127.0.0.1.example/',
  'http://127.0.0.1@a.example/',
  'http://[::2]/',
  'http://0.0.0.0/',
  'http://169.254.169.254/',
  'ftp://127.0.0.1/',
  'file:///x',
  'data:,x',
  'https://u@a.example/',
  'a.example',
  '',
])('%j is not trustworthy', (text) => {
  expect(trustworthyUrl(text)).toBeUndefined();
});

test('an answer that does not come ends with the signal', async () => {
  await using issuer = await startIssuer();
  const stop = new AbortController();
  issuer.answers.set('/slow', () => {
    stop.abort();
    return { body: '{}' };
  });
  const fetched = fetchDocument(new URL('/slow', issuer.url), stop.signal);
  await expect(fetched).rejects.toMatchObject({ code: 'ISSUER_UNAVAILABLE' });
});

test('a compressed bomb is measured by what it unpacks to, and nothing of the address but its path is told', async () => {
  await using issuer = await startIssuer();
  const body = gzipSync('x'.repeat(10_000_000));
  expect(body.length).toBeLessThan(256 * 1024);
  issuer.answers.set('/bomb?planted', { body, headers: { 'content-encoding': 'gzip' } });
  const fetched = fetchDocument(new URL('/bomb?planted', issuer.url), AbortSignal.timeout(5000));
  const error: unknown = await fetched.catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(MerlonError);
  expect((error as MerlonError).message).toMatch(/\/bomb: too large/);
});
