import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';
import { blind, type Blind, type Look, saw } from '../look.ts';
import { ask, type Asked, type AskRules, type Heard } from './ask.ts';
import { createTurns } from './turns.ts';

/** How one server is asked many things. */
export interface LineRules extends Pick<AskRules, 'address' | 'verifyTls' | 'ca' | 'signal' | 'deadlineMs'> {
  readonly url: URL;
  /** Texts of which nothing that comes back may remind: they become `[credential]`. */
  readonly secrets: readonly string[];
  /** ms since 1970. */
  readonly now: () => number;
}

/** How one question differs from the others. */
export interface Manner extends Partial<Pick<AskRules, 'deadlineMs' | 'maxBodyBytes' | 'readUntil' | 'address'>> {
  /** Takes a 429 for an answer. Default: waits as long as it says, and asks again. */
  readonly isImpatient?: boolean;
}

/** A server on the line. */
export interface Line {
  readonly url: URL;
  ask(asked: Asked, manner?: Manner): Promise<Look<Heard>>;
  /** A number for a JSON-RPC message, another one each time. */
  nextId(): number;
  /** Closes the connections that are kept. */
  close(): void;
}

/** Requests under way at a time. */
export const MAX_AT_ONCE = 4;
/** Bytes of a body, where a question has no bound of its own. */
const MAX_BODY_BYTES = 1024 * 1024;
/** From the first 429 on, ms: time for about 30 requests at 100 a minute, the rate of a gateway left at its defaults. */
const PATIENCE_MS = 20_000;
/** Wait where a 429 names none, and the longest that is waited, ms. */
const DEFAULT_WAIT_MS = 1_000;
const MAX_WAIT_MS = 5_000;
const MAX_TRIES = 20;

/**
 * Opens a line: few requests at a time, over connections that are kept, and patient with a server that limits how often
 * it is asked, because its 429 would say nothing about what was asked. Never throws. `error` also: no end of 429.
 */
export function openLine(rules: LineRules): Line {
  const { url, signal, now } = rules;
  const options = { keepAlive: true, maxSockets: MAX_AT_ONCE };
  const agent = url.protocol === 'https:' ? new HttpsAgent(options) : new HttpAgent(options);
  const takeTurn = createTurns(MAX_AT_ONCE);
  let limitedSince: number | undefined;
  let lastId = 0;

  function once(asked: Asked, manner: Manner): Promise<Look<Heard>> {
    const isOwn = asked.url.origin === url.origin;
    return takeTurn(() =>
      ask(asked, {
        address: manner.address ?? (asked.url.hostname === url.hostname ? rules.address : undefined),
        verifyTls: rules.verifyTls,
        ca: rules.ca,
        deadlineMs: manner.deadlineMs ?? rules.deadlineMs,
        maxBodyBytes: manner.maxBodyBytes ?? MAX_BODY_BYTES,
        signal,
        readUntil: manner.readUntil,
        // What is never sent whole would end the connection for whoever comes next.
        agent: isOwn && asked.promisedBytes === undefined ? agent : undefined,
      }),
    );
  }

  async function patiently(asked: Asked, manner: Manner): Promise<Look<Heard>> {
    for (let tries = 1; ; tries += 1) {
      const look = await once(asked, manner);
      if ('blind' in look || look.saw.status !== 429 || manner.isImpatient === true) return look;
      limitedSince ??= now();
      const waitMs = waitOf(look.saw);
      if (tries >= MAX_TRIES || waitMs > MAX_WAIT_MS || now() - limitedSince > PATIENCE_MS) return limited();
      await pause(waitMs, undefined, { signal }).catch(() => undefined);
    }
  }

  return {
    url,
    async ask(asked, manner = {}) {
      const look = await patiently(asked, manner);
      return 'saw' in look ? saw(withoutSecrets(look.saw, rules.secrets)) : look;
    },
    nextId() {
      lastId += 1;
      return lastId;
    },
    close: () => agent.destroy(),
  };
}

function waitOf({ headers }: Heard): number {
  const text = headers['retry-after'] ?? '';
  return /^\d{1,6}$/.test(text) ? Number(text) * 1_000 : DEFAULT_WAIT_MS;
}

function limited(): Blind {
  return blind(
    'error',
    'The server limits how often it may be asked, and kept doing so (429).',
    '服务器限制请求频率,且一直如此(429)。',
  );
}

function withoutSecrets(heard: Heard, secrets: readonly string[]): Heard {
  const clean = (text: string): string =>
    secrets.reduce((rest, secret) => rest.replaceAll(secret, '[credential]'), text);
  const headers = Object.entries(heard.headers).map(([name, value]) => [clean(name), clean(value)]);
  return { ...heard, headers: Object.fromEntries(headers), body: clean(heard.body) };
}
