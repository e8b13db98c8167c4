import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Pool, request } from 'undici';
import type { Row } from '../bench.ts';
import type { Chain } from './chain.ts';
import { holdStream, openSession, post } from './mcp-session.ts';
import { memoryOf } from './processes.ts';

/** How many sessions are open at once. */
export const SESSIONS = 1_000;

const AT_ONCE = 16;
// Long enough for a garbage collection that the opening itself has asked for, short enough to be no hiding place.
const SETTLE_MS = 2_000;

/** Memory of a gateway that holds {@link SESSIONS} sessions, each with an event stream of its own; a sentence when it cannot. */
export async function measureSessions(chain: Chain): Promise<Row | string> {
  const running = await chain.start();
  if (typeof running === 'string') return running;
  const ca = running.caFile === undefined ? undefined : readFileSync(running.caFile, 'utf8');
  const { origin, pathname } = new URL(running.url);
  const pool = new Pool(origin, { connect: ca === undefined ? {} : { ca }, bodyTimeout: 0, headersTimeout: 30_000 });
  try {
    const idle = memoryOf(running.pid).rss;
    const counts = { open: 0, lost: 0 };
    const opener = async (): Promise<void> => {
      while (counts.open < SESSIONS) {
        counts.open += 1;
        await holdSession(pool, { path: pathname, headers: running.headers ?? {} }, counts);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, opener));
    await delay(SETTLE_MS);
    const { rss, peak } = memoryOf(running.pid);
    if (counts.lost > 0) return `${counts.lost} of ${SESSIONS} event streams ended early`;
    const row = {
      chain: `sessions: ${chain.name}`,
      'idle MB': Math.round(idle),
      'open MB': Math.round(rss),
      'peak MB': Math.round(peak),
    };
    return { ...row, 'streams upstream': await upstreamStreams(running.upstreamUrl) };
  } finally {
    await pool.destroy();
    await running.stop();
  }
}

async function holdSession(pool: Pool, endpoint: Parameters<typeof openSession>[1], counts: { lost: number }) {
  const session = await openSession(pool, endpoint);
  const params = { name: 'echo', arguments: { message: 'hello' } };
  const call = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params });
  const answer = await post(pool, session, call);
  if (!answer.body.includes('Echo: hello'))
    throw new Error(`tools/call: ${answer.status} ${answer.body.slice(0, 300)}`);
  await holdStream(pool, session, () => {
    counts.lost += 1;
  });
}

/** How many event streams the mock holds: a gateway may answer its callers' streams itself. */
async function upstreamStreams(url: string | undefined): Promise<number | null> {
  if (url === undefined) return null;
  const { body } = await request(new URL('/stats', url));
  const { streams } = (await body.json()) as { streams: number };
  return streams;
}
