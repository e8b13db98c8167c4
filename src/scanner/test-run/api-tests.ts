import { isObject } from '../../kernel/jsonrpc.ts';
import type { ApiTool } from '../facts/api.ts';
import { blind, type Blind, type Look } from '../look.ts';
import { toolsIn } from '../probe/api-shapes.ts';
import type { Heard } from '../probe/ask.ts';
import { apiQuestions as asks } from './api-questions.ts';
import { answered, type Question, type TestResult, unanswered } from './test-result.ts';

/** How `/api/v2` is asked. */
export interface ApiTrial {
  /** Sends one GET; `headers` are all that says who asks. */
  readonly get: (path: string, headers: Readonly<Record<string, string>>) => Promise<Look<Heard>>;
  /** The credential's headers; empty without one. */
  readonly headers: Readonly<Record<string, string>>;
  /** Waits between two requests, ms. */
  readonly wait: (ms: number) => Promise<void>;
}

const INFO = '/api/v2/info';
const TOOLS = '/api/v2/tools';
/** Requests of the rate-limit test, and the pause after each: ten a second. */
const REQUESTS = 20;
const PAUSE_MS = 100;

/** What the checklist's test script asks of `/api/v2`, in its order but for the rate limit: it comes last, for it uses up what later requests need. */
export async function testApi(trial: ApiTrial): Promise<TestResult[]> {
  const absent = await absenceOf(trial);
  if (absent !== undefined) return Object.values(asks).map((question) => unanswered(question, absent));
  const tools = await testTools(trial);
  return [await testNoKey(trial), await testWrongKey(trial), tools, await testLimit(trial)];
}

/**
 * Why there is nothing to test; undefined where `/api/v2` is there. Told by an answer that only such an API gives: servers
 * that answer every address with 401 must not pass for it.
 */
async function absenceOf({ get, headers }: ApiTrial): Promise<Blind | undefined> {
  const info = await get(INFO, headers);
  if ('blind' in info) return info;
  if (isJsonObject(info.saw)) return undefined;
  const { status } = info.saw;
  if (status === 429 || status >= 500) {
    return blind('error', `${INFO} answered ${status}.`, `${INFO} 应答 ${status}。`);
  }
  if (status !== 401 && status !== 403) return notOffered();
  const tools = await get(TOOLS, headers);
  if ('blind' in tools) return tools;
  if (tools.saw.status === 200 && toolsOf(tools.saw) !== undefined) return undefined;
  if (tools.saw.status === 404) return notOffered();
  const [en, zh] =
    Object.keys(headers).length === 0
      ? ['Without a key it cannot be told whether /api/v2 is there.', '没有密钥，无法判断是否存在 /api/v2。']
      : [
          'The key is refused, so it cannot be told whether /api/v2 is there.',
          '密钥被拒绝，无法判断是否存在 /api/v2。',
        ];
  return blind('no-credential', en, zh);
}

function notOffered(): Blind {
  return blind('not-offered', 'The server offers no /api/v2.', '该服务器不提供 /api/v2。');
}

async function testNoKey({ get }: ApiTrial): Promise<TestResult> {
  return refusal(asks.noKey, await get(TOOLS, {}));
}

async function testWrongKey({ get }: ApiTrial): Promise<TestResult> {
  return refusal(asks.wrongKey, await get(TOOLS, { authorization: 'Bearer invalid-key' }));
}

/** 401 and nothing else: 404 or 500 may have any reason. */
function refusal(question: Question, look: Look<Heard>): TestResult {
  if ('blind' in look) return unanswered(question, look);
  const { status } = look.saw;
  if (status === 401) return answered(question, 'passed', `${TOOLS} answered 401.`, `${TOOLS} 应答 401。`);
  const isServed = status >= 200 && status < 300;
  if (isServed || status === 403) {
    return answered(
      question,
      'failed',
      `${TOOLS} answered ${status}, not 401.`,
      `${TOOLS} 应答 ${status}，而不是 401。`,
    );
  }
  return unanswered(question, blind('error', `${TOOLS} answered ${status}.`, `${TOOLS} 应答 ${status}。`));
}

async function testTools({ get, headers }: ApiTrial): Promise<TestResult> {
  const question = asks.toolScopes;
  const look = await get(TOOLS, headers);
  if ('blind' in look) return unanswered(question, look);
  const { status } = look.saw;
  if (status === 401 || status === 403) {
    return unanswered(question, blind('forbidden', `${TOOLS} answered ${status}.`, `${TOOLS} 应答 ${status}。`));
  }
  const tools = status === 200 ? toolsOf(look.saw) : undefined;
  if (tools === undefined) {
    const [en, zh] = [`${TOOLS} answered ${status} and no list of tools.`, `${TOOLS} 应答 ${status}，没有工具列表。`];
    return unanswered(question, blind('unreadable', en, zh));
  }
  if (tools.length === 0) return unanswered(question, blind('not-offered', 'There are no tools.', '没有工具。'));
  const bare = tools.filter(({ security }) => (security?.permission_scopes ?? []).length === 0);
  if (bare.length === 0) {
    const [en, zh] = [`All ${tools.length} tools name their scopes.`, `全部 ${tools.length} 个工具都有权限范围。`];
    return answered(question, 'passed', en, zh);
  }
  const some = bare.slice(0, 3).map(({ name }) => name.slice(0, 64));
  return answered(
    question,
    'failed',
    `${bare.length} of ${tools.length} tools name no scopes, such as ${some.join(', ')}.`,
    `${tools.length} 个工具中有 ${bare.length} 个没有权限范围，例如 ${some.join('、')}。`,
  );
}

async function testLimit({ get, headers, wait }: ApiTrial): Promise<TestResult> {
  const question = asks.rateLimit;
  let [sent, served, limited] = [0, 0, 0];
  for (; sent < REQUESTS; sent += 1) {
    const look = await get(INFO, headers);
    if ('blind' in look) return unanswered(question, look);
    if (look.saw.status === 200) served += 1;
    else if (look.saw.status === 429) limited += 1;
    await wait(PAUSE_MS);
  }
  if (limited > 0) {
    const [en, zh] = [
      `${limited} of ${sent} requests were answered with 429.`,
      `${sent} 个请求中有 ${limited} 个得到 429。`,
    ];
    return answered(question, 'passed', en, zh);
  }
  if (served < sent) {
    const [en, zh] = [
      `${sent - served} of ${sent} requests failed, none with 429.`,
      `${sent} 个请求中有 ${sent - served} 个失败，但都不是 429。`,
    ];
    return unanswered(question, blind('error', en, zh));
  }
  const [en, zh] = [
    `All ${sent} requests, ten a second, were served.`,
    `以每秒十个的速度发出的 ${sent} 个请求全部得到应答。`,
  ];
  return answered(question, 'failed', en, zh);
}

function isJsonObject({ status, body, isCut }: Heard): boolean {
  return status === 200 && !isCut && isObject(parsed(body));
}

function toolsOf({ body, isCut }: Heard): readonly ApiTool[] | undefined {
  return isCut ? undefined : toolsIn(parsed(body));
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
