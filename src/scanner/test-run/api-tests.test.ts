import { describe, expect, it } from 'vitest';
import { blind, type Look, saw } from '../look.ts';
import type { Heard } from '../probe/ask.ts';
import { testApi } from './api-tests.ts';

type Answer = number | readonly [status: number, body: unknown] | 'nobody';
type Answers = (path: string, key: string | undefined, asked: number) => Answer;

const KEY = 'Bearer right-key';
const info = { secure: true, auth_required: true };
const scoped = { name: 'a', security: { permission_scopes: ['execute:tool/a'] } };

/** A server like ours, with a limit of 12 requests. */
const careful: Answers = (path, key, asked) => {
  if (path === '/api/v2/info') return asked > 12 ? 429 : [200, info];
  return key === KEY ? [200, [scoped]] : 401;
};

async function outcomes(answers: Answers, key: string | null = KEY): Promise<Record<string, string>> {
  let asked = 0;
  const get = async (path: string, headers: Readonly<Record<string, string>>): Promise<Look<Heard>> => {
    asked += 1;
    const answer = answers(path, headers['authorization'], asked);
    if (answer === 'nobody') return blind('unreachable', 'No connection.', '无法连接。');
    const [status, body] = typeof answer === 'number' ? [answer, {}] : answer;
    return saw({ status, headers: {}, body: typeof body === 'string' ? body : JSON.stringify(body), isCut: false });
  };
  const headers: Readonly<Record<string, string>> = key === null ? {} : { authorization: key };
  const waits: number[] = [];
  const results = await testApi({
    get,
    headers,
    wait: async (ms) => {
      waits.push(ms);
    },
  });
  expect(waits.every((ms) => ms === 100)).toBe(true);
  return Object.fromEntries(results.map(({ id, outcome }) => [id, outcome]));
}

function all(outcome: string): Record<string, string> {
  const ids = ['api-key-required', 'api-wrong-key-refused', 'api-tools-have-scopes', 'api-requests-limited'];
  return Object.fromEntries(ids.map((id) => [id, outcome]));
}

describe('the tests of /api/v2', () => {
  it('pass a server that asks, refuses, limits and names scopes', async () => {
    expect(await outcomes(careful)).toEqual(all('passed'));
  });

  it('fail a server that does nothing of that', async () => {
    const open: Answers = (path) => (path === '/api/v2/info' ? [200, info] : [200, [{ name: 'a' }]]);
    expect(await outcomes(open)).toEqual(all('failed'));
  });

  it.each([
    ['404 for everything', () => 404 as const],
    ['a page for everything', () => [200, '<html></html>'] as const],
    ['a list where information should be', () => [200, []] as const],
    ['a redirect for everything', () => 302 as const],
    ['404 behind a credential', (_: string, key: string | undefined) => (key === KEY ? 404 : 401)],
    ['404 for tools alone', (path: string) => (path === '/api/v2/info' ? 401 : 404)],
  ] satisfies [string, Answers][])('do not apply where the API is not there: %s', async (_, answers) => {
    expect(await outcomes(answers)).toEqual(all('not-applicable'));
  });

  it.each([
    ['401 for everything', () => 401 as const],
    ['500 for everything', () => 500 as const],
    ['429 for everything', () => 429 as const],
    ['nobody', () => 'nobody' as const],
  ] satisfies [string, Answers][])('are unknown, and no pass, where nothing can be told: %s', async (_, answers) => {
    expect(await outcomes(answers)).toEqual(all('unknown'));
    expect(await outcomes(answers, null)).toEqual(all('unknown'));
  });

  it('take only 401 for a refusal', async () => {
    const at =
      (status: number): Answers =>
      (path, key, asked) =>
        path === '/api/v2/tools' && key !== KEY ? status : careful(path, key, asked);
    expect(await outcomes(at(403))).toMatchObject({ 'api-key-required': 'failed' });
    expect(await outcomes(at(404))).toMatchObject({ 'api-key-required': 'unknown' });
    expect(await outcomes(at(503))).toMatchObject({ 'api-wrong-key-refused': 'unknown' });
  });

  it('leave the scopes unknown where the key may not see the tools', async () => {
    expect(await outcomes(careful, null)).toMatchObject({
      'api-key-required': 'passed',
      'api-tools-have-scopes': 'unknown',
    });
  });

  it('fail when one tool of many names no scopes, and do not apply without tools', async () => {
    const withTools =
      (tools: readonly unknown[]): Answers =>
      (path, key, asked) =>
        path === '/api/v2/tools' && key === KEY ? [200, tools] : careful(path, key, asked);
    const some = await outcomes(withTools([scoped, { name: 'b', security: { permission_scopes: [] } }]));
    expect(some).toMatchObject({ 'api-tools-have-scopes': 'failed' });
    expect(await outcomes(withTools([]))).toMatchObject({ 'api-tools-have-scopes': 'not-applicable' });
  });

  it('take failures of another kind for no limit', async () => {
    const failing: Answers = (path, key, asked) =>
      path === '/api/v2/info' && asked > 12 ? 500 : careful(path, key, Math.min(asked, 12));
    expect(await outcomes(failing)).toMatchObject({ 'api-requests-limited': 'unknown' });
    const dying: Answers = (path, key, asked) =>
      path === '/api/v2/info' && asked > 12 ? 'nobody' : careful(path, key, Math.min(asked, 12));
    expect(await outcomes(dying)).toMatchObject({ 'api-requests-limited': 'unknown' });
  });
});
