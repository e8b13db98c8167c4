import { describe, expect, it } from 'vitest';
import type { PlainHttp } from '../facts/transport.ts';
import { type BlindReason, blind, saw } from '../look.ts';
import { judgePlainHttp } from './https-only.ts';

const port = 8443;
const redirect: PlainHttp = { answer: 'redirected', status: 301, location: 'https://127.0.0.1:8443/', port };

function judged(answer: PlainHttp | BlindReason, isHttps = true, answersTls = isHttps): string {
  const look = typeof answer === 'string' ? blind(answer, 'Nothing.', '没有。') : saw(answer);
  return judgePlainHttp(look, { isHttps, answersTls }).outcome;
}

describe('whether anything comes over plain HTTP', () => {
  it('passes for a redirect to https, a refusal, and no answer', () => {
    for (const status of [301, 302, 307, 308]) expect(judged({ ...redirect, status })).toBe('passed');
    for (const status of [400, 403, 426]) expect(judged({ answer: 'refused', status, port })).toBe('passed');
    expect(judged({ answer: 'closed', port })).toBe('passed');
    expect(judged('unreachable')).toBe('passed');
    expect(judged('timeout')).toBe('passed');
  });

  it('fails for content, for a search for content, and for a redirect elsewhere', () => {
    expect(judged({ answer: 'served', status: 200, port })).toBe('failed');
    for (const status of [401, 404, 500]) expect(judged({ answer: 'refused', status, port })).toBe('failed');
    expect(judged({ ...redirect, location: 'http://127.0.0.1:8443/' })).toBe('failed');
    expect(judged({ ...redirect, status: 304 })).toBe('failed');
  });

  it('is not told by the silence of a server that does not answer over TLS either', () => {
    expect(judged('timeout', true, false)).toBe('unknown');
    expect(judged('unreachable', true, false)).toBe('unknown');
    expect(judged({ answer: 'closed', port }, true, false)).toBe('unknown');
    expect(judged({ answer: 'served', status: 200, port }, true, false)).toBe('failed');
  });

  it('never passes a server whose own address is plain, unless it redirects', () => {
    for (const status of [200, 400, 403, 404, 426]) {
      expect(judged({ answer: status === 200 ? 'served' : 'refused', status, port }, false)).toBe('failed');
    }
    expect(judged({ answer: 'closed', port }, false)).toBe('failed');
    expect(judged('timeout', false)).toBe('unknown');
    expect(judged(redirect, false)).toBe('passed');
  });
});
