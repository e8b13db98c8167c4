import { describe, expect, it } from 'vitest';
import type { Answer } from '../../check.ts';
import type { ApiFacts } from '../../facts/api.ts';
import { blind, saw } from '../../look.ts';
import { defaultThresholds } from '../../thresholds.ts';
import { api, withReport } from './fixture.ts';
import { apiChecks } from './index.ts';

const NOW = Date.UTC(2026, 10, 22);
const late = blind('timeout', 'No answer in time.', '未在时限内应答。');
const gone = blind('not-offered', 'It answered 404.', '服务器应答 404。');

function ask(id: string, facts: ApiFacts): Answer[] {
  const check = apiChecks.find((one) => one.id === id);
  if (check === undefined) throw new Error(id);
  return [check.ask(facts, { now: NOW, kind: 'server', thresholds: defaultThresholds })].flat();
}

/** `outcome` or, where it differs from the check's own, `outcome severity`. */
function verdict(id: string, facts: ApiFacts): string {
  return ask(id, facts)
    .map(({ outcome, severity }) => (severity === undefined ? outcome : `${outcome} ${severity}`))
    .join();
}

function nothing(look: typeof late): ApiFacts {
  return api({
    info: look,
    roles: look,
    tools: look,
    logging: look,
    controls: look,
    ready: look,
    withoutCredential: look,
    wrongCredential: look,
    burst: look,
  });
}

describe('silence is never a pass', () => {
  it('where nothing was seen, and where nothing is offered', () => {
    for (const { id } of apiChecks) {
      expect(verdict(id, nothing(late)), id).toBe('unknown');
      expect(verdict(id, nothing(gone)), id).toBe('not-applicable');
    }
  });

  it('where an upstream could not be asked for its tools', () => {
    const answers = ask('api-tool-sandbox', api({ unavailable: ['git'] }));
    expect(answers.map(({ subject, outcome }) => [subject, outcome])).toEqual([
      ['files', 'pass'],
      ['git', 'unknown'],
    ]);
    expect(verdict('api-tool-scopes', api({ tools: saw([]), unavailable: ['git'] }))).toBe('unknown');
  });

  it('where every request met a limit instead of an answer', () => {
    const limited = saw({ '/api/v2/roles': 429, '/api/v2/tools': 429 });
    const facts = api({ info: saw({ secure: true }), withoutCredential: limited, wrongCredential: limited });
    expect(verdict('api-auth-required', facts)).toBe('warn medium');
    expect(verdict('api-wrong-credential-refused', facts)).toBe('unknown');
  });
});

describe('what the server says of a control', () => {
  const reported = apiChecks.filter(({ id, control }) =>
    ['fail', 'manual'].includes(verdict(id, withReport(control, { enforced: 'no' }))),
  );

  it('is a question to a person where something else may do it', () => {
    const asked = reported.filter(
      ({ id, control }) => verdict(id, withReport(control, { enforced: 'no' })) === 'manual',
    );
    expect(asked.map(({ control }) => control).toSorted()).toEqual(['C15', 'C16', 'C17', 'C18', 'C19']);
  });

  it('is asked of eleven controls', () => {
    expect(reported.map(({ control }) => control).toSorted()).toEqual(
      ['C05', 'C06', 'C07', 'C08', 'C10', 'C11', 'C15', 'C16', 'C17', 'C18', 'C19'].toSorted(),
    );
  });

  it('warns for partly, and no report is no question', () => {
    for (const { id, control } of reported) {
      expect(verdict(id, withReport(control, { enforced: 'partly' })), id).toBe('warn');
      expect(verdict(id, api({ controls: saw([]) })), id).toBe('not-applicable');
    }
  });

  it('is believed less than its own figures', () => {
    expect(verdict('api-session-timeouts', withReport('C06', { facts: { session_idle_seconds: 3_601 } }))).toBe('fail');
    expect(verdict('api-session-timeouts', withReport('C06', { facts: { session_max_seconds: null } }))).toBe('fail');
    expect(verdict('api-security-tests', withReport('C19', { facts: { last_security_test: 'soon' } }))).toBe('fail');
    expect(verdict('api-security-tests', withReport('C19', { facts: { last_security_test: '2027-06-01' } }))).toBe(
      'fail',
    );
    expect(verdict('api-log-rotation', withReport('C10', { facts: { audit_rotation: 'never' } }))).toBe('fail');
  });
});

describe('severity', () => {
  it('of an open API is less on loopback', () => {
    const open = { withoutCredential: saw({ '/api/v2/roles': 200, '/api/v2/tools': 200 }) };
    expect(verdict('api-auth-required', api(open))).toBe('fail');
    expect(verdict('api-auth-required', api({ ...open, isLoopback: true }))).toBe('fail high');
  });

  it('of TLS that is only said to be on: the connection itself says otherwise', () => {
    const plain = { url: 'http://mcp.example.com' };
    expect(verdict('api-tls-version', api(plain))).toBe('warn');
    expect(verdict('api-tls-version', api({ url: 'http://127.0.0.1:1', isLoopback: true }))).toBe('warn low');
  });

  it('of TLS that is off depends on where it is off', () => {
    const info = saw({ secure: false, tls_version: null });
    const plain = { info, url: 'http://mcp.example.com' };
    expect(['api-secure', 'api-tls-version'].map((id) => verdict(id, api(plain)))).toEqual(['fail', 'fail']);
    expect(verdict('api-secure', api({ ...plain, isLoopback: true }))).toBe('warn low');
    expect(verdict('api-tls-version', api({ info }))).toBe('warn low');
    expect(verdict('api-tls-version', api({ info: saw({ tls_version: 'SSLv3' }) }))).toBe('fail');
  });
});

it('a thousand upstreams give no thousand answers', () => {
  const tools = Array.from({ length: 1_000 }, (_, index) => ({ name: `t${index}`, upstream: `u${index}` }));
  const answers = ask('api-tool-sandbox', api({ tools: saw(tools) }));
  expect(answers).toHaveLength(101);
  expect(answers.at(-1)?.subject).toBe('other upstreams');
  expect(answers.at(-1)?.evidence[0]?.seen.en.length).toBeLessThan(500);
});
