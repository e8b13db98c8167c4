import type { Era } from '../../../../kernel/mcp-eras.ts';
import type { EraFacts, Exchange, ProbeName } from '../../../facts/door.ts';
import { type Blind, blind, type Look, saw } from '../../../look.ts';
import type { Line } from '../../../probe/line.ts';
import type { Opened, Opening } from '../../../probe/open.ts';
import { isEventStream } from '../../../probe/rpc-answer.ts';
import type { DoorCredential } from './credentials.ts';
import type { Tried } from './probes.ts';

/** How both eras took their opening message. */
export type Openings = Readonly<Record<Era, Opening>>;

/** The eras that an endpoint may be spoken to in, legacy first. */
export function openedIn({ legacy, modern }: Openings): readonly Opened[] {
  return [legacy, modern].flatMap(({ opened }) => ('saw' in opened ? [opened.saw] : []));
}

/**
 * Why an endpoint that opened in no era cannot be looked at; undefined where it only is closed, which can be tried. Never
 * `not-offered`: an address at which nothing of MCP was found has not been found safe.
 */
export async function whyNot(line: Line, { legacy, modern }: Openings): Promise<Blind | undefined> {
  const reasons = [legacy, modern].flatMap(({ opened }) => ('blind' in opened ? [opened] : []));
  if (reasons.some(isClosed)) return undefined;
  const failure = reasons.find((reason) => reason.blind !== 'not-offered');
  if (failure !== undefined) return failure;
  return (await isOldTransport(line)) ? oldTransport() : notMcp(legacy);
}

function isClosed({ blind: reason }: Blind): boolean {
  return reason === 'no-credential' || reason === 'forbidden';
}

/** True for HTTP+SSE of 2024-11-05: a stream that first names where to POST. */
async function isOldTransport(line: Line): Promise<boolean> {
  const readUntil = (text: string): boolean => text.includes('\n\n') || text.includes('\r\n\r\n');
  const asked = { url: line.url, method: 'GET', headers: { accept: 'text/event-stream' } };
  const look = await line.ask(asked, { readUntil, maxBodyBytes: 4_096 });
  return 'saw' in look && isEventStream(look.saw) && look.saw.body.includes('event: endpoint');
}

function oldTransport(): Blind {
  return blind(
    'unreadable',
    'The endpoint speaks only HTTP+SSE of 2024-11-05, which is deprecated and not looked into.',
    '该端点仅支持已弃用的 2024-11-05 版 HTTP+SSE 传输,未对其进行检查。',
  );
}

function notMcp({ said }: Opening): Blind {
  const status = 'saw' in said ? ` (${said.saw.heard.status})` : '';
  return blind('unreadable', `The address answers, but not as MCP${status}.`, `该地址有应答,但不是 MCP${status}。`);
}

/** Why what needs a credential could not be tried at an endpoint that stayed closed. */
export function whyClosed({ legacy, modern }: Openings, credential: Look<DoorCredential> | undefined): Blind {
  const reasons = [legacy, modern].flatMap(({ opened }) => ('blind' in opened ? [opened] : []));
  return closedTo(reasons.find(isClosed) ?? blind('error', 'It did not open.', '该端点未能打开。'), credential);
}

function closedTo(reason: Blind, credential: Look<DoorCredential> | undefined): Blind {
  if (reason.blind !== 'no-credential') return reason;
  if (credential === undefined) {
    return blind(
      'no-credential',
      'The endpoint asks for a credential, and the scan was given none.',
      '该端点要求凭据,但扫描未获得凭据。',
    );
  }
  if ('blind' in credential) return credential;
  return blind('forbidden', 'The credential was refused (401).', '所给凭据被拒绝(401)。');
}

/** What is known of one era. */
export function eraFacts({ opened }: Opening, credential: Look<DoorCredential> | undefined): Look<EraFacts> {
  return 'saw' in opened ? saw(opened.saw.facts) : closedTo(opened, credential);
}

/** What says something only of those who are let in. */
const INSIDE: readonly ProbeName[] = [
  'version-unknown',
  'deep-json',
  'invalid-json',
  'unknown-method',
  'unknown-tool',
  'unknown-session',
  'chosen-session',
  'session-without-credential',
  'session-after-delete',
];

/** Fills in what could not be tried at a closed door. A 401 says nothing of Host and Origin. */
export function closedProbes(tried: Tried, reason: Blind): Tried {
  const filled: Tried = { ...tried };
  for (const name of INSIDE) filled[name] = reason;
  for (const name of ['foreign-host', 'foreign-origin'] as const) {
    if (isUnauthorized(tried[name])) filled[name] = reason;
  }
  return filled;
}

/** The 401 of a stranger, where there was one. */
export function challengeIn({ legacy, modern }: Readonly<Record<Era, Tried>>): Exchange | undefined {
  const looks = [legacy, modern].flatMap((tried) => [tried['no-credential'], tried['wrong-credential']]);
  const found = looks.find(isUnauthorized);
  return found !== undefined && 'saw' in found ? found.saw : undefined;
}

function isUnauthorized(look: Look<Exchange> | undefined): boolean {
  return look !== undefined && 'saw' in look && look.saw.status === 401;
}
