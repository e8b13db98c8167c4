import { randomBytes } from 'node:crypto';
import { isLoopbackHost } from '../../../kernel/loopback.ts';
import type { ApiFacts } from '../../facts/api.ts';
import { blind, type Blind, type Look, saw } from '../../look.ts';
import { controlsIn, infoIn, loggingIn, readyIn, rolesIn, toolsIn } from '../../probe/api-shapes.ts';
import type { Heard } from '../../probe/ask.ts';
import type { CredentialHeaders } from '../../probe/credential.ts';
import { type Line, type Manner, MAX_AT_ONCE } from '../../probe/line.ts';
import { bareHost } from '../../probe/resolve.ts';

/** Bytes of an answer that are read; a longer one counts as unreadable. 10,000 tools need about ten MiB. */
const MOST_BYTES = 1024 * 1024;
const MOST_BYTES_OF: Readonly<Record<string, number>> = { '/api/v2/tools': 16 * MOST_BYTES };
/** Of answers whose status is all that counts. */
const STATUS_BYTES = 1024;
/** Endpoints that are asked again without and with a wrong credential: few, because servers count failed attempts. */
const GUARDED = ['/api/v2/roles', '/api/v2/tools'];
/** Requests of the burst; the line lets four go at once. */
const BURST = 20;
const ACCEPT = { accept: 'application/json' };

/**
 * Asks a server's management API what it says of itself: with the credential, without and with a wrong one; GET alone.
 * The `burst` is left to {@link collectBurst}, which should come last, for it uses up what a rate limit allows.
 * Never throws. Blind as a whole: `not-offered` where there is no such API, `forbidden` where the credential is refused.
 */
export async function collectApi(line: Line, credential: CredentialHeaders): Promise<Look<ApiFacts>> {
  const { url } = line;
  const get: Get = (path, headers) => getFrom(line, path, headers, { maxBodyBytes: MOST_BYTES_OF[path] ?? MOST_BYTES });
  const info = await lookAtInfo(get, credential);
  if ('blind' in info) return info;
  const [roles, tools, logging, controls, ready] = await Promise.all([
    get('/api/v2/roles', credential),
    get('/api/v2/tools', credential),
    get('/api/v2/config/logging', credential),
    get('/api/v2/controls', credential),
    get('/ready', {}),
  ]);
  const unavailable = 'saw' in tools ? namesIn(tools.saw.headers['merlon-unavailable']) : [];
  const statuses = async (headers: CredentialHeaders): Promise<Look<Record<string, number>>> =>
    statusesOf(await Promise.all(GUARDED.map((path) => getFrom(line, path, headers, { maxBodyBytes: STATUS_BYTES }))));
  return saw({
    url: url.origin,
    isLoopback: isLoopbackHost(bareHost(url)),
    info,
    roles: read(roles, rolesIn),
    tools: read(tools, toolsIn),
    ...(unavailable.length === 0 ? {} : { unavailable }),
    logging: read(logging, loggingIn),
    controls: read(controls, controlsIn),
    ready: read(ready, readyIn, [200, 503]),
    withoutCredential: await statuses({}),
    wrongCredential: await statuses(wrongFor(credential)),
    burst: blind('not-asked', 'No burst was sent.', '未发送突发请求。'),
  });
}

/** Asks `/api/v2/info` up to 20 times as fast as the line allows, until one is limited. Never throws. */
export async function collectBurst(line: Line, credential: CredentialHeaders): Promise<ApiFacts['burst']> {
  let sent = 0;
  let limited = 0;
  let failure: Blind | undefined;
  async function keepAsking(): Promise<void> {
    while (sent < BURST && limited === 0 && failure === undefined) {
      sent++;
      const manner = { maxBodyBytes: STATUS_BYTES, isImpatient: true };
      const heard = await getFrom(line, '/api/v2/info', credential, manner);
      if ('blind' in heard) failure = heard;
      else if (heard.saw.status === 429) limited++;
    }
  }
  await Promise.all(Array.from({ length: MAX_AT_ONCE }, keepAsking));
  // Connections that are cut off in the middle of a burst may be a limit too, but nobody said so.
  return limited === 0 && failure !== undefined ? failure : saw({ sent, limited });
}

type Get = (path: string, headers: CredentialHeaders) => Promise<Look<Heard>>;

function getFrom(line: Line, path: string, headers: CredentialHeaders, manner: Manner): Promise<Look<Heard>> {
  const url = new URL(path, line.url.origin);
  return line.ask({ url, method: 'GET', headers: { ...ACCEPT, ...headers } }, manner);
}

/** A credential that this very endpoint refuses may still be a server with an API, which then answers strangers. */
async function lookAtInfo(get: Get, credential: CredentialHeaders): Promise<ApiFacts['info']> {
  const isAnonymous = Object.keys(credential).length === 0;
  const first = await get('/api/v2/info', credential);
  const isRefused = 'saw' in first && (first.saw.status === 401 || first.saw.status === 403);
  const heard = isRefused && !isAnonymous ? await get('/api/v2/info', {}) : first;
  const info = read(heard, infoIn);
  if ('saw' in info || 'blind' in heard) return info;
  if (heard.saw.isCut || heard.saw.status === 429 || heard.saw.status >= 500) return info;
  if (isRefused && !isAnonymous) {
    return blind('forbidden', 'The server refused the credential of the scan.', '服务器拒绝了扫描所用的凭据。');
  }
  // Whoever sends people elsewhere, or answers every path with a page, has no such API.
  return blind('not-offered', 'The server has no /api/v2.', '该服务器不提供 /api/v2。');
}

function read<T>(
  look: Look<Heard>,
  shape: (value: unknown) => T | undefined,
  statuses: readonly number[] = [200],
): Look<T> {
  if ('blind' in look) return look;
  const { status, body, isCut } = look.saw;
  if (!statuses.includes(status)) return notAnswered(status);
  if (isCut) {
    return blind('unreadable', 'The answer did not end in time, or is too long.', '应答未及时结束或过长。');
  }
  const value = shape(parsed(body));
  if (value !== undefined) return saw(value);
  return blind('unreadable', 'The answer does not have the shape that it should.', '应答的格式不符合预期。');
}

function notAnswered(status: number): Blind {
  const [en, zh] = [`It answered ${status}.`, `服务器应答 ${status}。`];
  if (status === 401 || status === 403) return blind('forbidden', en, zh);
  return blind(status === 404 || status === 405 || status === 501 ? 'not-offered' : 'error', en, zh);
}

/** V8 parses nested JSON without recursion, so depth is bounded by the bytes alone. */
function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function statusesOf(looks: readonly Look<Heard>[]): Look<Record<string, number>> {
  const entries = looks.flatMap((look, index) =>
    'saw' in look ? [[GUARDED[index] ?? '', look.saw.status] as const] : [],
  );
  const failure = looks.find((look): look is Blind => 'blind' in look);
  return entries.length === 0 && failure !== undefined ? failure : saw(Object.fromEntries(entries));
}

/** The same headers with values that nobody was ever given, and a bearer token of that kind. */
function wrongFor(credential: CredentialHeaders): CredentialHeaders {
  const wrong = `invalid-${randomBytes(24).toString('base64url')}`;
  const headers = Object.fromEntries(Object.keys(credential).map((name) => [name, wrong]));
  return { ...headers, authorization: `Bearer ${wrong}` };
}

function namesIn(header: string | undefined): string[] {
  const names = (header ?? '').split(',', 100).map((name) => name.trim().slice(0, 100));
  return names.filter((name) => name !== '');
}
