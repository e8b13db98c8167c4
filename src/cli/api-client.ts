import { existsSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import { getCACertificates } from 'node:tls';
import { MerlonError } from '../kernel/errors.ts';
import { isObject, type JsonObject } from '../kernel/jsonrpc.ts';
import { readTextFile } from '../scanner/written/read-file.ts';
import { gatewayAddress, readConfig } from './gateway-address.ts';

/** Which gateway a command speaks to, and as whom. */
export interface ApiOptions {
  readonly config: string;
  readonly url?: string;
  /** A file of PEM certificates to trust besides those of the system. */
  readonly ca?: string;
  /** Variable that holds the API key or token. */
  readonly keyEnv: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Asks the management API. */
export type Api = (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: JsonObject) => Promise<unknown>;

const TIMEOUT_MS = 30_000;
const MAX_ANSWER = 8_388_608;

/**
 * Opens the way to the management API of a running gateway. The certificate of the gateway's own development authority
 * is trusted where it lies beside the state.
 * @throws MerlonError USAGE when there is no key; later GATEWAY_UNREACHABLE, GATEWAY_SAID_NO
 */
export async function openApi({ config, url, ca, keyEnv, env }: ApiOptions): Promise<Api> {
  const key = env[keyEnv] ?? '';
  if (key === '') {
    throw new MerlonError('USAGE', `There is no API key in ${keyEnv}.`, {
      todo: 'Make one with merlon key create --role ROLE, and put it into that variable.',
    });
  }
  const base = (await gatewayAddress(undefined, { config, env, ...(url === undefined ? {} : { url }) })).slice(0, -4);
  const own = url === undefined ? join((await readConfig(config, env)).server.state_dir, 'tls', 'ca.pem') : undefined;
  const file = ca ?? (own !== undefined && existsSync(own) ? own : undefined);
  const trusted = file === undefined ? undefined : [...getCACertificates('default'), readTextFile(file)];
  return async (method, path, body) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const { status, answer } = await send(new URL(base + path), method, key, text, trusted);
    if (status < 400) return answer;
    throw refused(status, answer);
  };
}

interface Answered {
  readonly status: number;
  readonly answer: unknown;
}

function send(url: URL, method: string, key: string, body: string | undefined, ca: string[] | undefined) {
  const { promise, resolve, reject } = Promise.withResolvers<Answered>();
  const headers = {
    authorization: `Bearer ${key}`,
    accept: 'application/json',
    ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
  };
  const options = { method, headers, timeout: TIMEOUT_MS, ...(ca === undefined ? {} : { ca }) };
  const request = url.protocol === 'https:' ? httpsRequest(url, options) : httpRequest(url, options);
  const lost = (cause: unknown): void => reject(unreachable(url, cause));
  request.once('timeout', () => request.destroy(new Error('It did not answer in time.')));
  request.once('error', lost);
  request.once('response', (response) => {
    const parts: Buffer[] = [];
    let length = 0;
    response.on('data', (part: Buffer) => {
      length += part.length;
      if (length > MAX_ANSWER) request.destroy(new Error('It answered too much.'));
      else parts.push(part);
    });
    response.once('error', lost);
    response.once('end', () => {
      try {
        const answer: unknown = parts.length === 0 ? undefined : JSON.parse(Buffer.concat(parts).toString('utf8'));
        resolve({ status: response.statusCode ?? 500, answer });
      } catch (error) {
        lost(error);
      }
    });
  });
  request.end(body);
  return promise;
}

function unreachable({ origin }: URL, cause: unknown): MerlonError {
  const why = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
  return new MerlonError('GATEWAY_UNREACHABLE', `The gateway at ${origin} cannot be asked${why}.`, { cause });
}

/** What the gateway said, in its own words; it is our own, and its messages carry no secrets. */
function refused(status: number, answer: unknown): MerlonError {
  const error = isObject(answer) && isObject(answer['error']) ? answer['error'] : {};
  const { code, message, todo } = error;
  const said = typeof message === 'string' ? message : `It answered ${status}.`;
  const sentence = typeof code === 'string' ? `${said} (${code})` : said;
  return new MerlonError('GATEWAY_SAID_NO', sentence, typeof todo === 'string' ? { todo } : {});
}
