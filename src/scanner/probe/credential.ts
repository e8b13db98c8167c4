import { trustworthyUrl } from '../../identity/fetch-document.ts';
import { isObject } from '../../kernel/jsonrpc.ts';
import { blind, type Blind, type Look, saw } from '../look.ts';
import type { Credential } from '../target.ts';
import { ask, type Heard } from './ask.ts';

/** How a credential is turned into headers. */
export interface CredentialRules {
  readonly signal: AbortSignal;
  /** PEM certificates to trust besides the system's, at a token endpoint too. */
  readonly ca?: string | undefined;
  /** Longest time that a token endpoint may take, ms. Default 5,000. */
  readonly deadlineMs?: number;
}

/** Request headers by name in lower case. Secret. */
export type CredentialHeaders = Readonly<Record<string, string>>;

const TOKEN = /^[\x21-\x7e]+$/;
const LONGEST_TOKEN = 16_384;
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const HEADER_VALUE = /^[\t\x20-\x7e]*$/;
/** What decides where a request goes and where it ends is no credential. */
const NOT_CREDENTIALS = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'upgrade']);
const ANSWER_BYTES = 64 * 1024;

/**
 * The request headers that prove who scans; none without a credential. For OAuth client credentials a token is fetched
 * (RFC 6749, 4.4): over https or from loopback, from exactly the address named, and always with TLS verified, since the
 * client's secret goes there. Never throws; no secret is part of any message.
 */
export async function headersOf(
  credential: Credential | undefined,
  rules: CredentialRules,
): Promise<Look<CredentialHeaders>> {
  if (credential === undefined) return saw({});
  if (credential.kind === 'bearer') return bearer(credential.token);
  return credential.kind === 'headers' ? ownHeaders(credential.headers) : fetchToken(credential, rules);
}

function bearer(token: string): Look<CredentialHeaders> {
  if (token.length > LONGEST_TOKEN || !TOKEN.test(token)) {
    return unusable('The token has characters that no header may have.', '令牌含有请求头不允许的字符。');
  }
  return saw({ authorization: `Bearer ${token}` });
}

function ownHeaders(headers: Readonly<Record<string, string>>): Look<CredentialHeaders> {
  const entries = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  const isUsable = entries.every(
    ([name, value]) => HEADER_NAME.test(name) && HEADER_VALUE.test(value) && !NOT_CREDENTIALS.has(name),
  );
  if (!isUsable) return unusable('A header given as a credential cannot be sent.', '作为凭据给出的请求头无法发送。');
  return saw(Object.fromEntries(entries));
}

type ClientCredentials = Extract<Credential, { readonly kind: 'client-credentials' }>;

async function fetchToken(credential: ClientCredentials, rules: CredentialRules): Promise<Look<CredentialHeaders>> {
  const url = trustworthyUrl(credential.tokenUrl);
  if (url === undefined) {
    return unusable(
      'The token endpoint has to be an https address, or on loopback.',
      '令牌端点必须是 https 地址或位于本机回环。',
    );
  }
  const { signal, ca, deadlineMs = 5_000 } = rules;
  const { clientId, clientSecret, scope, resource } = credential;
  const form = new URLSearchParams({ grant_type: 'client_credentials' });
  if (scope !== undefined) form.set('scope', scope);
  if (resource !== undefined) form.set('resource', resource);
  const basic = Buffer.from(`${formEncoded(clientId)}:${formEncoded(clientSecret)}`).toString('base64');
  const headers = {
    authorization: `Basic ${basic}`,
    'content-type': 'application/x-www-form-urlencoded',
    accept: 'application/json',
  };
  const heard = await ask(
    { url, method: 'POST', headers, body: form.toString() },
    { verifyTls: true, ca, deadlineMs, maxBodyBytes: ANSWER_BYTES, signal },
  );
  return 'blind' in heard ? unreached(heard) : tokenIn(heard.saw);
}

/** RFC 6749, 2.3.1: both parts are form-encoded before they are joined. */
function formEncoded(text: string): string {
  return new URLSearchParams({ x: text }).toString().slice(2);
}

function tokenIn({ status, body, isCut }: Heard): Look<CredentialHeaders> {
  const answer = isCut ? undefined : objectIn(body);
  if (status !== 200) {
    const code = answer?.['error'];
    // Attacker-controlled, and perhaps an echo of what was sent: only what looks like one of the RFC's codes is told.
    const of = typeof code === 'string' && /^[a-z_]{1,40}$/.test(code) ? `${status}, ${code}` : String(status);
    return blind('forbidden', `The token endpoint gave no token (${of}).`, `令牌端点未签发令牌（${of}）。`);
  }
  const token = answer?.['access_token'];
  const type = answer?.['token_type'];
  if (typeof token !== 'string' || typeof type !== 'string' || type.toLowerCase() !== 'bearer') {
    return blind('unreadable', 'The token endpoint gave no bearer token.', '令牌端点返回的不是 Bearer 令牌。');
  }
  return bearer(token);
}

function objectIn(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function unreached({ blind: reason, why }: Blind): Blind {
  return blind(reason, `The token endpoint: ${why.en}`, `令牌端点：${why.zh}`);
}

function unusable(en: string, zh: string): Blind {
  return blind('no-credential', en, zh);
}
