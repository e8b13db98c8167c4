import { connect } from 'node:net';
import type { PlainHttp } from '../facts/transport.ts';
import { blind, type Look, saw } from '../look.ts';
import type { Reach } from './handshake.ts';

/** Bytes of the answer that are read; its head and the beginning of its body. */
const MOST_BYTES = 8_192;
const LONGEST_LOCATION = 500;

/** Statuses by which an MCP endpoint shows that it is there: a credential, another method or another `Accept` is asked for. */
const SIGNS_OF_LIFE = new Set([401, 405, 406]);

/**
 * Asks a port for `path` in plain HTTP, without a credential, and tells what kind of answer came. On a port that speaks
 * TLS anything but HTTP is no answer. Follows no redirect. Never throws.
 *
 * Blind: `unreachable` (no connection), `timeout` (a connection, and silence).
 */
export async function askPlainly(reach: Reach, host: string, path: string): Promise<Look<PlainHttp>> {
  const request = `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nAccept: */*\r\nConnection: close\r\n\r\n`;
  const { isConnected, isLate, text } = await talk(reach, request);
  if (!isConnected) return blind('unreachable', 'No connection to the port.', '无法连接该端口。');
  if (isLate && text === '') {
    return blind(
      'timeout',
      'The port took a plain HTTP request and stayed silent.',
      '端口接受了明文 HTTP 请求但没有应答。',
    );
  }
  return saw({ port: reach.port, ...answerIn(text) });
}

/** The kind of answer in the beginning of a response (attacker-controlled). */
export function answerIn(heard: string): Omit<PlainHttp, 'port'> {
  const headEnd = heard.indexOf('\r\n\r\n');
  const [first = '', ...lines] = heard.slice(0, headEnd === -1 ? undefined : headEnd).split('\r\n');
  const status = statusIn(first);
  if (status === undefined) return { answer: 'closed' };
  if (status >= 300 && status < 400) {
    const location = headerIn(lines, 'location')?.slice(0, LONGEST_LOCATION);
    return location === undefined ? { answer: 'refused', status } : { answer: 'redirected', status, location };
  }
  const isServed = (status >= 200 && status < 300) || SIGNS_OF_LIFE.has(status) || heard.includes('"jsonrpc"', headEnd);
  const isPage = status < 300 && (headerIn(lines, 'content-type') ?? '').toLowerCase().startsWith('text/html');
  return { answer: isServed ? 'served' : 'refused', status, ...(isPage ? { isPage } : {}) };
}

function statusIn(line: string): number | undefined {
  const status = /^HTTP\/1\.[01] ([1-5][0-9]{2})(?: |$)/.exec(line)?.[1];
  return status === undefined ? undefined : Number(status);
}

function headerIn(lines: readonly string[], name: string): string | undefined {
  const line = lines.find((one) => one.slice(0, name.length + 1).toLowerCase() === `${name}:`);
  return line?.slice(name.length + 1).trim();
}

interface Talk {
  readonly isConnected: boolean;
  /** True where time was up before the port hung up. */
  readonly isLate: boolean;
  readonly text: string;
}

/** What a port says to a request until it hangs up, enough was said, or time is up. */
function talk({ address, port, deadlineMs, signal }: Reach, request: string): Promise<Talk> {
  return new Promise((resolve) => {
    const socket = connect({ host: address.address, family: address.family, port, signal });
    const chunks: Buffer[] = [];
    let bytes = 0;
    let isConnected = false;
    const done = (isLate: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ isConnected, isLate, text: Buffer.concat(chunks).subarray(0, MOST_BYTES).toString('latin1') });
    };
    const timer = setTimeout(() => done(true), deadlineMs);
    socket.once('connect', () => {
      isConnected = true;
      socket.write(request);
    });
    socket.on('data', (chunk: Buffer) => {
      if (bytes >= MOST_BYTES) return;
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= MOST_BYTES) done(false);
    });
    socket.on('error', () => done(signal.aborted)).once('close', () => done(false));
  });
}
