import type { Json, JsonObject } from '../kernel/jsonrpc.ts';
import { isFailure, isObject } from '../kernel/jsonrpc.ts';
import { MerlonError } from '../kernel/errors.ts';
import { decide, operationOf } from '../policy/decide.ts';
import { LEGACY_VERSIONS } from './era.ts';
import { handle } from './handle.ts';
import { type Gate, SELF } from './gate.ts';
import { Session } from './session.ts';

/** A tool as its upstream defines it. */
export interface CatalogTool {
  readonly upstream: string;
  /** The upstream's own name for it. */
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
}

/** What the upstreams offer, asked by the gateway itself; an upstream that cannot be asked is said, not left out. */
export interface Catalog {
  readonly tools: readonly CatalogTool[];
  readonly unavailable: readonly string[];
}

const FRESH_MS = 30_000;
const MAX_PAGES = 100;

/** Makes a reader of the catalogue that asks each upstream at most every 30 seconds. */
export function createCatalog(gate: Gate): () => Promise<Catalog> {
  let known: { at: number; upstreams: unknown; catalog: Promise<Catalog> } | undefined;
  async function forgetIncomplete(catalog: Promise<Catalog>): Promise<void> {
    const { unavailable } = await catalog;
    if (unavailable.length > 0 && known?.catalog === catalog) known = undefined;
  }

  return () => {
    const now = gate.clock.now();
    const { upstreams } = gate.current;
    if (known === undefined || known.upstreams !== upstreams || now - known.at > FRESH_MS) {
      const catalog = ask(gate);
      known = { at: now, upstreams, catalog };
      // What could not be asked is asked again soon.
      void forgetIncomplete(catalog);
    }
    return known.catalog;
  };
}

async function ask(gate: Gate): Promise<Catalog> {
  const names = [...gate.current.upstreams.keys()];
  const answers = await Promise.all(
    names.map(async (upstream) => {
      try {
        const { entries, isComplete } = await listTools(gate, upstream);
        // Of a list without an end nothing is known: what is on its last page may be there twice.
        if (isComplete) await gate.tasks?.learnTools(upstream, entries, 'list');
        return { upstream, tools: entries.map((entry) => asTool(upstream, entry)) };
      } catch (error) {
        const { code, message } = gate.known(error);
        gate.log.warn('tool list unavailable', { upstream, code, reason: message });
        return { upstream, tools: undefined };
      }
    }),
  );
  return {
    tools: answers.flatMap(({ tools }) => tools ?? []),
    unavailable: answers.filter(({ tools }) => tools === undefined).map(({ upstream }) => upstream),
  };
}

/** The tools of one upstream, as it defines them. */
export interface ToolList {
  readonly entries: readonly JsonObject[];
  /** False when it has more than 100 pages; what comes after them was not asked for. */
  readonly isComplete: boolean;
}

/** Asks one upstream for its tools, as the gateway itself. @throws MerlonError when it cannot be asked */
export async function listTools(gate: Gate, upstream: string): Promise<ToolList> {
  const openingParams = {
    protocolVersion: LEGACY_VERSIONS[0],
    capabilities: {},
    clientInfo: { name: 'merlon', version: gate.version },
  };
  const opening = { era: 'legacy', scope: upstream, caller: SELF, remote: 'gateway', openingParams } as const;
  const session = new Session(gate, `catalog-${upstream}`, opening, gate.clock.now());
  try {
    const decision = decide(gate.roleOf(SELF), operationOf('tools/list', undefined, upstream));
    if (!decision.allowed) throw new MerlonError('FORBIDDEN', 'The gateway may not list tools.');
    await session.link(upstream, decision.grant);
    const { capabilities } = session.answers.get(upstream) ?? {};
    if (!isObject(capabilities) || !('tools' in capabilities)) return { entries: [], isComplete: true };
    return await allPages(gate, session, upstream);
  } finally {
    await session.end('listed');
  }
}

async function allPages(gate: Gate, session: Session, upstream: string): Promise<ToolList> {
  const entries: JsonObject[] = [];
  let cursor: Json | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const params: JsonObject = cursor === undefined ? {} : { cursor };
    const request = { jsonrpc: '2.0' as const, id: `catalog-${page}`, method: 'tools/list', params };
    const { response } = await handle(gate, {
      caller: SELF,
      remote: 'gateway',
      session,
      upstream,
      request,
      reply: undefined,
    });
    if (isFailure(response))
      throw new MerlonError('UPSTREAM_INVALID', `The upstream "${upstream}" did not list its tools.`);
    const list = response.result['tools'];
    if (Array.isArray(list)) for (const entry of list) if (isObject(entry)) entries.push(entry);
    cursor = response.result['nextCursor'];
    if (cursor === undefined) return { entries, isComplete: true };
  }
  return { entries, isComplete: false };
}

function asTool(upstream: string, entry: JsonObject): CatalogTool {
  const { name, title, description } = entry;
  return {
    upstream,
    name: typeof name === 'string' ? name : '',
    ...(typeof title === 'string' ? { title } : {}),
    ...(typeof description === 'string' ? { description } : {}),
  };
}
