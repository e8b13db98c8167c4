import { lookup } from 'node:dns/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { isLoopbackHost } from '../../../../kernel/loopback.ts';
import type { Era } from '../../../../kernel/mcp-eras.ts';
import type { DoorFacts } from '../../../facts/door.ts';
import type { ToolsFacts } from '../../../facts/tools.ts';
import { blind, type Look, saw } from '../../../look.ts';
import type { AskRules } from '../../../probe/ask.ts';
import { openLine } from '../../../probe/line.ts';
import type { Opened } from '../../../probe/open.ts';
import { tryAccess } from './access.ts';
import { noBurst, sendBurst } from './burst.ts';
import { type DoorCredential, falsify, secretsOf } from './credentials.ts';
import { type Metadata, readMetadata, type Resolve } from './metadata.ts';
import { type Tried, tryBodies, tryMessages, tryOversized, tryPreflight, tryStrangers } from './probes.ts';
import { type SessionFacts, trySessionAfterEnd, trySessionAlone, trySessions } from './sessions.ts';
import { challengeIn, closedProbes, eraFacts, openedIn, type Openings, whyClosed, whyNot } from './verdict.ts';
import { ask, endSession, enter, type Visit } from './visit.ts';
import { listTools } from '../../tools/list-tools.ts';

export type { DoorCredential } from './credentials.ts';

/** How an endpoint is looked at. */
export interface DoorRules extends Pick<AskRules, 'address' | 'verifyTls' | 'ca' | 'signal'> {
  /** What the user calls the server. Default: its address. */
  readonly name?: string;
  /** Undefined: none was given. Blind: why there is none, though one was meant to be. */
  readonly credential: Look<DoorCredential> | undefined;
  /** ms since 1970. */
  readonly now: () => number;
  /** Told of each step; plain text without control characters. */
  readonly step: (what: string) => void;
  /** Longest time for one request, ms. Default 5,000. */
  readonly deadlineMs?: number;
  /** Longest time for all of it, ms; what has not been seen by then is blind. Default 30,000. */
  readonly overallMs?: number;
  /** Leaves out the burst. Default false. */
  readonly gentle?: boolean;
  /** Finds the addresses of hosts that the target names. Default: the system's. */
  readonly resolve?: Resolve;
}

/** What was seen of an endpoint. */
export interface Door {
  readonly door: Look<DoorFacts>;
  readonly tools: Look<ToolsFacts>;
}

const DEADLINE_MS = 5_000;
const OVERALL_MS = 30_000;
/** Time to end sessions that are left when everything else has taken too long, ms. */
const FAREWELL_MS = 1_000;

/**
 * Speaks to an MCP endpoint in both eras and tries what must not work: about 60 requests, at most 4 at a time, none of
 * which calls a tool that exists. What needs the credential comes first, failed attempts to get in come after it, a
 * burst comes last, because each may make the server turn away what follows. Sessions are ended.
 *
 * Never throws. Blind where nobody answers, or somebody who does not speak MCP.
 */
export async function collectDoor(url: URL, rules: DoorRules): Promise<Door> {
  const overall = AbortSignal.timeout(rules.overallMs ?? OVERALL_MS);
  const credential = rules.credential !== undefined && 'saw' in rules.credential ? rules.credential.saw : undefined;
  const visitOver = (signal: AbortSignal, sessions: Set<string>): Visit => ({
    line: openLine({
      ...rules,
      url,
      signal,
      deadlineMs: rules.deadlineMs ?? DEADLINE_MS,
      secrets: secretsOf(credential),
    }),
    headers: credential?.headers ?? {},
    sessions,
  });
  const visit = visitOver(AbortSignal.any([rules.signal, overall]), new Set());
  try {
    return await look(visit, credential, rules);
  } finally {
    visit.line.close();
    if (visit.sessions.size > 0 && !rules.signal.aborted) {
      const farewell = visitOver(AbortSignal.any([rules.signal, AbortSignal.timeout(FAREWELL_MS)]), visit.sessions);
      await endAll(farewell);
      farewell.line.close();
    }
  }
}

async function look(visit: Visit, credential: DoorCredential | undefined, rules: DoorRules): Promise<Door> {
  rules.step('opens it in both eras of MCP');
  const [legacy, modern] = await Promise.all([
    enter(visit, 'legacy', visit.headers),
    enter(visit, 'modern', visit.headers),
  ]);
  const openings = { legacy, modern };
  const opened = openedIn(openings);
  const reason = opened.length === 0 ? await whyNot(visit.line, openings) : undefined;
  if (reason !== undefined) return { door: reason, tools: reason };
  const stay = { visit, openings, credential, rules };
  const [main] = opened;
  return main === undefined ? await fromOutside(stay) : await fromInside(stay, opened, main);
}

interface Stay {
  readonly visit: Visit;
  readonly openings: Openings;
  readonly credential: DoorCredential | undefined;
  readonly rules: DoorRules;
}

/** What shows at an endpoint that lets us in; what depends on no era is tried in that of `main`. */
async function fromInside(stay: Stay, opened: readonly Opened[], main: Opened): Promise<Door> {
  const { visit, rules } = stay;
  const tried: Record<Era, Tried> = { legacy: {}, modern: {} };
  const legacy = opened.find(({ era }) => era === 'legacy');
  rules.step('lists its tools, tries unknown and malformed messages');
  // The protocol wants it before anything else, and some servers offer tools only from then on.
  if (legacy !== undefined) await ask(visit, legacy, 'notifications/initialized', { isNotification: true });
  const [tools, sessions] = await Promise.all([
    listTools(visit.line, main, visit.headers, nameOf(visit.line.url, rules)),
    legacy === undefined ? withoutLegacy : trySessions(visit, legacy, tried.legacy),
    tryBodies(visit, main, tried[main.era]),
    tryPreflight(visit, tried[main.era]),
    tryOversized(visit, main.era, tried[main.era]),
    ...opened.flatMap((one) => [tryMessages(visit, one, tried[one.era]), tryStrangers(visit, one.era, tried[one.era])]),
  ]);
  const eras = opened.map(({ era }) => era);
  const metadata = await refusals(stay, eras, tried);
  if (legacy !== undefined) {
    await trySessionAlone(visit, legacy, tried.legacy);
    await trySessionAfterEnd(visit, legacy, tried.legacy);
  }
  return { door: saw({ ...(await told(stay, metadata, opened)), probes: tried, ...sessions }), tools };
}

/** What shows of an endpoint that stays closed. */
async function fromOutside(stay: Stay): Promise<Door> {
  const { visit, rules, openings } = stay;
  const tried: Record<Era, Tried> = { legacy: {}, modern: {} };
  const reason = whyClosed(openings, rules.credential);
  rules.step('tries what can be tried from outside');
  await Promise.all([
    tryPreflight(visit, tried.legacy),
    tryOversized(visit, 'legacy', tried.legacy),
    tryStrangers(visit, 'legacy', tried.legacy),
  ]);
  const metadata = await refusals(stay, ['legacy', 'modern'], tried);
  const facts = {
    ...(await told(stay, metadata, [])),
    probes: { ...tried, legacy: closedProbes(tried.legacy, reason) },
    sessionIds: reason,
  };
  return { door: saw(facts), tools: reason };
}

/** Tries to get in where it should not go, and reads what a refusal points to. */
async function refusals(stay: Stay, eras: readonly Era[], into: Record<Era, Tried>): Promise<Metadata> {
  const { visit, openings, credential, rules } = stay;
  const { line } = visit;
  rules.step('tries to get in without a credential and with false ones');
  await tryAccess({
    visit,
    eras,
    into,
    fakes: falsify(credential, line.url, rules.now()),
    openings: credential === undefined ? openings : {},
  });
  rules.step('reads the metadata of its authorization');
  const resolve = rules.resolve ?? systemResolve;
  return await readMetadata(challengeIn(into), { line, resolve, step: rules.step });
}

type Told = Omit<DoorFacts, 'probes' | 'sessionIds' | 'chosenSession'>;

/** Everything else; the burst, after which nobody may be answered any more, and the end of all sessions. */
async function told(
  { visit, openings, credential, rules }: Stay,
  metadata: Metadata,
  opened: readonly Opened[],
): Promise<Told> {
  const { url } = visit.line;
  if (rules.gentle !== true) rules.step('sends a burst of requests');
  const burst = await burstAndEnd(visit, opened, rules.gentle === true);
  return {
    url: nameOf(url, {}),
    isLoopback: isLoopbackHost(url.hostname),
    credential: credential?.kind ?? 'none',
    eras: {
      legacy: eraFacts(openings.legacy, rules.credential),
      modern: eraFacts(openings.modern, rules.credential),
    },
    resourceMetadata: metadata.resource,
    authorizationServers: metadata.servers,
    burst,
  };
}

/** All sessions but the one that the burst needs are ended before it: afterwards we may be turned away for a while. */
async function burstAndEnd(visit: Visit, opened: readonly Opened[], isGentle: boolean): Promise<DoorFacts['burst']> {
  if (isGentle) {
    await endAll(visit);
    return noBurst();
  }
  // Without sessions where that is spoken.
  const last = opened.at(-1);
  const [kept] = last?.era === 'legacy' ? visit.sessions : [];
  await endAll(visit, kept);
  const burst = await sendBurst(visit, last === undefined || kept === undefined ? last : inSession(last, kept));
  await endAll(visit);
  return burst;
}

function inSession(opened: Opened, id: string): Opened {
  return { ...opened, sessionId: id, headers: { ...opened.headers, 'mcp-session-id': id } };
}

async function endAll(visit: Visit, except?: string): Promise<void> {
  const ending = [...visit.sessions].filter((id) => id !== except);
  await Promise.all(ending.map((id) => endSession(visit, id)));
}

const withoutLegacy: SessionFacts = {
  sessionIds: blind(
    'not-offered',
    'The endpoint does not speak the era that has sessions.',
    '该端点不支持带会话的协议时代。',
  ),
};

/** The address without what may be secret in it. */
function nameOf(url: URL, { name }: Pick<DoorRules, 'name'>): string {
  return name ?? url.origin + url.pathname;
}

/** Time for a name that the target gave, ms. */
const RESOLVE_MS = 3_000;

const systemResolve: Resolve = (host) => {
  const tooLate = pause(RESOLVE_MS, undefined, { ref: false }).then(() => Promise.reject(new Error('timeout')));
  return Promise.race([lookup(host, { all: true }), tooLate]);
};
