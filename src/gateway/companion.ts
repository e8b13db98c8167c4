import { connect, createServer } from 'node:net';
import type { Clock } from '../kernel/clock.ts';
import type { Child, ChildCommand, Children } from './children.ts';
import { upstreamUnavailable } from './pending.ts';

/** A server that the gateway starts itself and speaks HTTP to. */
export interface Companion {
  /** Resolves with its address once it accepts connections; starts it again when it is gone. */
  ready(): Promise<URL>;
  close(cause: string): Promise<void>;
}

export interface CompanionOptions {
  readonly command: ChildCommand;
  /** `${port}` in it, in the arguments and in the environment becomes a free loopback port. */
  readonly url: string;
  readonly children: Children;
  readonly clock: Clock;
  /** How long it may take to accept connections, ms. Default 30,000. */
  readonly startMs?: number;
}

const POLL_MS = 50;

/** Starts the server now, so that the first session need not wait for it. */
export function startCompanion(options: CompanionOptions): Companion {
  const { command, children } = options;
  let child: Child | undefined;
  let starting: Promise<URL> | undefined;
  let closed = false;

  async function start(): Promise<URL> {
    const port = String(await freePort());
    const put = (text: string): string => text.replaceAll('${port}', port);
    const env = Object.fromEntries(Object.entries(command.env ?? {}).map(([name, value]) => [name, put(value)]));
    const url = new URL(put(options.url));
    const started = children.start(
      { ...command, args: (command.args ?? []).map(put), env },
      { onLine() {}, onExit: () => gone(started) },
    );
    child = started;
    await accepts(url, options, () => child !== started);
    return url;
  }

  function gone(which: Child): void {
    if (child !== which) return;
    child = undefined;
    starting = undefined;
  }

  function ready(): Promise<URL> {
    if (closed) return Promise.reject(upstreamUnavailable(command.upstream, 'is closed'));
    if (starting === undefined) {
      const attempt = start();
      starting = attempt;
      attempt.catch(() => {
        if (starting === attempt) starting = undefined;
      });
    }
    return starting;
  }

  ready().catch(() => {
    // Said again, with the reason, to the first session that needs it.
  });

  return {
    ready,
    async close(cause) {
      closed = true;
      await child?.kill(cause);
    },
  };
}

/** A loopback port that is free now; the server that gets it has to be quick. */
async function freePort(): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const probe = createServer();
  probe.once('error', reject);
  probe.listen(0, '127.0.0.1', () => {
    const address = probe.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    probe.close(() => resolve(port));
  });
  return await promise;
}

async function accepts(url: URL, options: CompanionOptions, isGone: () => boolean): Promise<void> {
  const { clock, command } = options;
  const deadline = clock.now() + (options.startMs ?? 30_000);
  while (!isGone() && clock.now() < deadline) {
    if (await canConnect(url)) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    clock.after(POLL_MS, resolve);
    await promise;
  }
  throw upstreamUnavailable(command.upstream, isGone() ? 'ended while it started' : 'does not accept connections');
}

function canConnect(url: URL): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const port = Number(url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : url.port);
  const socket = connect({ host: url.hostname, port });
  socket.once('connect', () => {
    socket.destroy();
    resolve(true);
  });
  socket.once('error', () => resolve(false));
  return promise;
}
