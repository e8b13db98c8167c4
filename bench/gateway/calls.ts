import type { Chain, RunningChain } from './chain.ts';
import { drive } from './drive.ts';
import { cpuOf, cpuOfAll, descendantsOf } from './processes.ts';

/** What one round of calls through a chain cost; latencies in ms, CPU in µs a call. */
export interface CallCost {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly gatewayCpu: number;
  readonly upstreamCpu: number;
  readonly generatorCpu: number;
  readonly calls: number;
}

const CONNECTIONS = 32;
// V8 compiles hot code for some seconds, in threads of its own: a gateway runs for weeks, its first second says little.
const WARM_UP_CALLS = 10_000;
const CALLS = 20_000;
const SECONDS = 10;

/** Starts the chain afresh, warms it up, measures it, ends it; a sentence when it cannot be measured here. */
export async function measureCalls(chain: Chain): Promise<CallCost | string> {
  const running = await chain.start();
  if (typeof running === 'string') return running;
  try {
    const order = {
      url: running.url,
      ...(running.caFile === undefined ? {} : { caFile: running.caFile }),
      headers: running.headers ?? {},
      tool: 'echo',
      era: chain.caller ?? 'legacy',
      connections: CONNECTIONS,
      warmUpCalls: WARM_UP_CALLS,
      calls: CALLS,
      seconds: SECONDS,
    };
    const { load, measured } = await drive(order, () => cpuMeter(running));
    return {
      perSecond: load.calls / load.seconds,
      p50: load.p50,
      p99: load.p99,
      gatewayCpu: measured.gateway / load.calls,
      upstreamCpu: measured.upstream / load.calls,
      generatorCpu: load.generatorCpu,
      calls: load.calls,
    };
  } finally {
    await running.stop();
  }
}

/** Starts counting CPU time; what it returns tells the microseconds since. */
function cpuMeter({ pid, upstreamPid }: RunningChain): () => { gateway: number; upstream: number } {
  const upstreams = [...descendantsOf(pid), ...(upstreamPid === undefined ? [] : [upstreamPid])];
  const before = { gateway: cpuOf(pid), upstream: cpuOfAll(upstreams) };
  return () => ({ gateway: cpuOf(pid) - before.gateway, upstream: cpuOfAll(upstreams) - before.upstream });
}
