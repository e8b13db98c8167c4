import type { Bench, BenchOptions, Row } from '../bench.ts';
import { type CallCost, measureCalls } from './calls.ts';
import type { Chain } from './chain.ts';
import { everythingHttp, installBaselines, mcpProxy, supergateway } from './everything-chains.ts';
import { headlineOf } from './headline.ts';
import {
  buildMerlon,
  merlonHttp,
  merlonLegacyToModern,
  merlonModern,
  merlonModernToLegacy,
  merlonModernToStdio,
  merlonStdio,
  merlonStdioMock,
} from './merlon-chain.ts';
import { bareModern, barePlain, bareTls, direct, nginx } from './mock-chains.ts';
import { measureSessions } from './sessions.ts';

const chains = [
  direct,
  nginx,
  barePlain,
  bareTls,
  merlonHttp,
  bareModern,
  merlonModern,
  merlonModernToLegacy,
  merlonLegacyToModern,
  everythingHttp,
  mcpProxy,
  supergateway,
  merlonStdio,
  merlonStdioMock,
  merlonModernToStdio,
];
/** The least that what a chain does could cost: the bare proxy that carries the same client's calls. */
const yardsticks: ReadonlyMap<Chain, Chain> = new Map([
  [merlonHttp, bareTls],
  [merlonLegacyToModern, bareTls],
  [merlonModern, bareModern],
  [merlonModernToLegacy, bareModern],
]);
const holders = [barePlain, bareTls, merlonHttp];
const ROUNDS = 2;

/** What a call through the gateway costs, beside what it costs without one and with others. */
export const bench: Bench = {
  about: 'requests/s, latency and CPU of a call through the gateway and through others; memory of 1,000 sessions',
  async run(options) {
    const isWanted = ({ name }: Chain): boolean =>
      options.only.length === 0 || options.only.some((part) => name.includes(part));
    buildMerlon(options.say);
    installBaselines(options.say);
    const calls = await callRows(chains.filter(isWanted), options);
    const sessions = await sessionRows(holders.filter(isWanted), options);
    const rows = [...calls.rows, ...sessions.rows];
    return { rows, headline: headlineOf(rows), failed: calls.failed || sessions.failed };
  },
};

interface Rows {
  readonly rows: readonly Row[];
  readonly failed: boolean;
}

/** Rounds are interleaved, so that a busy minute of the machine hits every chain and not one. */
async function callRows(wanted: readonly Chain[], options: BenchOptions): Promise<Rows> {
  const costs = new Map<Chain, CallCost[]>();
  const notes = new Map<Chain, string>();
  let failed = false;
  for (let round = 1; round <= ROUNDS; round += 1) {
    for (const chain of wanted) {
      if (notes.has(chain)) continue;
      options.say(`round ${round} of ${ROUNDS}: ${chain.name}`);
      const cost = await attempt(() => measureCalls(chain));
      failed ||= cost instanceof Error;
      if (cost instanceof Error || typeof cost === 'string') notes.set(chain, noteOf(cost, options));
      else costs.set(chain, [...(costs.get(chain) ?? []), cost]);
    }
  }
  const rows = wanted.map((chain) => callRow(chain, costs.get(chain) ?? [], notes.get(chain)));
  return { rows: rows.map((row, index) => compared(row, wanted[index], rows)), failed };
}

/** A row with how many times the CPU of its yardstick it takes, where both were measured. */
function compared(row: Row, chain: Chain | undefined, rows: readonly Row[]): Row {
  const yardstick = chain === undefined ? undefined : yardsticks.get(chain);
  if (yardstick === undefined) return row;
  const own = row['gateway µs'];
  const least = rows.find((other) => other['chain'] === yardstick.name)?.['gateway µs'];
  if (typeof own !== 'number' || typeof least !== 'number') return row;
  return { ...row, '× bare proxy, TLS': Number((own / least).toFixed(2)) };
}

function callRow(chain: Chain, rounds: readonly CallCost[], note: string | undefined): Row {
  if (note !== undefined) return { chain: chain.name, note };
  const middle = (field: keyof CallCost, places: number): number =>
    Number(median(rounds.map((round) => round[field])).toFixed(places));
  return {
    chain: chain.name,
    'requests/s': middle('perSecond', 0),
    'p50 ms': middle('p50', 2),
    'p99 ms': middle('p99', 2),
    'gateway µs': middle('gatewayCpu', 1),
    'upstream µs': middle('upstreamCpu', 1),
    'generator µs': middle('generatorCpu', 1),
    calls: middle('calls', 0),
  };
}

async function sessionRows(wanted: readonly Chain[], options: BenchOptions): Promise<Rows> {
  const rows: Row[] = [];
  let failed = false;
  for (const chain of wanted) {
    options.say(`sessions: ${chain.name}`);
    const row = await attempt(() => measureSessions(chain));
    failed ||= row instanceof Error;
    rows.push(
      row instanceof Error || typeof row === 'string'
        ? { chain: `sessions: ${chain.name}`, note: noteOf(row, options) }
        : row,
    );
  }
  return { rows, failed };
}

async function attempt<T>(measure: () => Promise<T>): Promise<T | Error> {
  try {
    return await measure();
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** The whole error goes to the screen only: a result names no path of this machine. */
function noteOf(reason: Error | string, options: BenchOptions): string {
  if (typeof reason === 'string') return reason;
  options.say(reason.message);
  return 'failed';
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const below = sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
  const above = sorted[Math.ceil((sorted.length - 1) / 2)] ?? Number.NaN;
  return (below + above) / 2;
}
