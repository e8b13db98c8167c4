import type { Readable, Writable } from 'node:stream';
import { isObject, type JsonObject } from '../src/kernel/jsonrpc.ts';
import { createLineReader } from '../src/gateway/lines.ts';
import { INITIALIZE } from './mcp-client.ts';

/** A JSON-RPC message as a test looks at it. */
export interface Heard {
  readonly id?: string | number | null;
  readonly method?: string;
  readonly params?: JsonObject;
  readonly result?: JsonObject;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: { readonly code?: string } };
}

/** MCP over a pair of streams, with no SDK between the test and the wire. */
export interface StdioClient {
  /** All messages so far, in their order. */
  readonly heard: readonly Heard[];
  /** Lines that were no JSON object: there must be none (STDIO-03). */
  readonly junk: readonly string[];
  /** Sends one message as one line; text and bytes as they are. */
  send(...messages: readonly (object | string | Buffer)[]): void;
  /** The first message, heard or yet to come, that is meant. Rejects when the stream ends before. */
  next(isMeant: (message: Heard) => boolean): Promise<Heard>;
  /** Sends a request and waits for its answer. */
  request(method: string, params?: object, id?: string | number): Promise<Heard>;
  /** Opens a legacy session. */
  initialize(capabilities?: object): Promise<Heard>;
}

/** What a client of 2026-07-28 says with every request. */
export const MODERN_META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
} as const;

/** Speaks MCP to whoever reads `input` and writes `output`. */
export function speakOver(input: Writable, output: Readable): StdioClient {
  const heard: Heard[] = [];
  const junk: string[] = [];
  const waiting = new Set<{ isMeant: (message: Heard) => boolean; found(message: Heard): void; ended(): void }>();
  let isOver = false;
  let lastId = 0;

  function take(line: string): void {
    let message: unknown;
    try {
      message = JSON.parse(line);
    } catch {
      message = undefined;
    }
    if (!isObject(message)) return void junk.push(line);
    heard.push(message);
    for (const one of waiting) if (one.isMeant(message)) one.found(message);
  }

  function end(): void {
    isOver = true;
    for (const one of waiting) one.ended();
  }

  const lines = createLineReader({ maxBytes: 64 << 20, strict: false, onLine: take });
  output.on('data', (chunk: Buffer) => lines.push(chunk));
  output.on('close', end).on('end', end);
  input.on('error', () => {});

  const send: StdioClient['send'] = (...messages) => {
    for (const one of messages) {
      input.write(typeof one === 'string' || Buffer.isBuffer(one) ? one : `${JSON.stringify(one)}\n`);
    }
  };

  const next: StdioClient['next'] = (isMeant) => {
    const known = heard.find(isMeant);
    if (known !== undefined) return Promise.resolve(known);
    return new Promise((resolve, reject) => {
      const ended = (): void => reject(new Error(`The stream ended; heard ${JSON.stringify(heard.slice(-5))}`));
      if (isOver) return ended();
      const one = {
        isMeant,
        ended,
        found(message: Heard) {
          waiting.delete(one);
          resolve(message);
        },
      };
      waiting.add(one);
    });
  };

  const request: StdioClient['request'] = (method, params, id) => {
    lastId += 1;
    const own = id ?? `test-${lastId}`;
    send({ jsonrpc: '2.0', id: own, method, ...(params === undefined ? {} : { params }) });
    return next((message) => message.id === own && message.method === undefined);
  };

  return {
    heard,
    junk,
    send,
    next,
    request,
    async initialize(capabilities = {}) {
      lastId += 1;
      const answer = await request('initialize', { ...INITIALIZE.params, capabilities }, `init-${lastId}`);
      send({ jsonrpc: '2.0', method: 'notifications/initialized' });
      return answer;
    },
  };
}
