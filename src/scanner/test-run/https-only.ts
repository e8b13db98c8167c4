import type { PlainHttp } from '../facts/transport.ts';
import { blind, type Look } from '../look.ts';
import { httpsOnly } from './api-questions.ts';
import { answered, type TestResult, unanswered } from './test-result.ts';

const REDIRECTS: ReadonlySet<number | undefined> = new Set([301, 302, 307, 308]);
/** What servers of TLS say to plain HTTP: they read it, and serve nothing. */
const REFUSALS: ReadonlySet<number | undefined> = new Set([400, 403, 426]);

/** The address that was named. */
export interface NamedAddress {
  readonly isHttps: boolean;
  /** Whether a TLS handshake came about there: without one, silence may be that of a server that is down. */
  readonly answersTls: boolean;
}

/**
 * Judges what plain HTTP was answered with. A 404 is no refusal: a server that looks for a page has read the request.
 * Silence passes only where the same address answers over TLS.
 */
export function judgePlainHttp(look: Look<PlainHttp>, { isHttps, answersTls }: NamedAddress): TestResult {
  const mayBeSilent = isHttps && answersTls;
  if ('blind' in look) {
    const isSilence = look.blind === 'unreachable' || look.blind === 'timeout';
    return mayBeSilent && isSilence ? silent() : unanswered(httpsOnly, look);
  }
  const { answer, status, location } = look.saw;
  if (answer === 'redirected' && REDIRECTS.has(status) && location?.toLowerCase().startsWith('https://') === true) {
    return passed(`Plain HTTP is redirected to https (${status}).`, `明文 HTTP 被重定向到 https（${status}）。`);
  }
  if (answer === 'closed' && isHttps) {
    return mayBeSilent ? silent() : unanswered(httpsOnly, NEITHER);
  }
  if (isHttps && answer === 'refused' && REFUSALS.has(status)) {
    return passed(`Plain HTTP is refused (${status}).`, `明文 HTTP 被拒绝（${status}）。`);
  }
  const how = status === undefined ? '' : ` (${status})`;
  return answered(httpsOnly, 'failed', `Plain HTTP is answered${how}.`, `明文 HTTP 得到了应答${how}。`);
}

const NEITHER = blind('error', 'Neither TLS nor plain HTTP is answered.', 'TLS 和明文 HTTP 都没有应答。');

function silent(): TestResult {
  return passed('Plain HTTP is not answered.', '明文 HTTP 没有应答。');
}

function passed(en: string, zh: string): TestResult {
  return answered(httpsOnly, 'passed', en, zh);
}
