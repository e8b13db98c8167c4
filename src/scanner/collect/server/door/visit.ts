import { DISCOVER, type Era } from '../../../../kernel/mcp-eras.ts';
import type { Exchange } from '../../../facts/door.ts';
import { type Look, saw } from '../../../look.ts';
import type { Line, Manner } from '../../../probe/line.ts';
import { open, type Opened, type Opening } from '../../../probe/open.ts';
import { exchanged, exchangeOf, type Said, say, type Saying } from '../../../probe/say.ts';

/** The headers of a request, names in lower case. */
export type Headers = Readonly<Record<string, string>>;

/** One endpoint while its facts are collected. */
export interface Visit {
  readonly line: Line;
  /** The credential's, or none. */
  readonly headers: Headers;
  /** Sessions that were opened on the way and have to be ended. */
  readonly sessions: Set<string>;
}

/** Sends an opening message and remembers the session that came of it. */
export async function enter(
  visit: Visit,
  era: Era,
  headers: Headers,
  more: { readonly url?: URL; readonly manner?: Manner } = {},
): Promise<Opening> {
  const opening = await open(visit.line, era, headers, more);
  if ('saw' in opening.opened && opening.opened.saw.sessionId !== undefined) {
    visit.sessions.add(opening.opened.saw.sessionId);
  }
  return opening;
}

/**
 * Opens with these headers, and asks for the tools where the opening is answered: some servers let everybody in and ask
 * for a credential behind the door. The 401 or 403 of either counts, else the answer to the opening.
 */
export async function knock(
  visit: Visit,
  era: Era,
  headers: Headers,
  { url, opening }: { readonly url?: URL; readonly opening?: Opening } = {},
): Promise<Look<Exchange>> {
  const { said, opened } = opening ?? (await enter(visit, era, headers, url === undefined ? {} : { url }));
  if ('blind' in said || 'blind' in opened) return exchanged(said);
  const listed = await ask(visit, opened.saw, 'tools/list', { headers, ...(url === undefined ? {} : { url }) });
  return saw(exchangeOf('saw' in listed && isRefused(listed.saw) ? listed.saw : said.saw));
}

function isRefused({ heard: { status } }: Said): boolean {
  return status === 401 || status === 403;
}

/** True where a request that should have been refused was answered. */
export function isLetIn(look: Look<Exchange>): boolean {
  return 'saw' in look && look.saw.rpc?.result === true;
}

/** Sends one request to an open endpoint. `headers`: of the request, and last of all of what a probe is about. */
export function ask(
  { line, headers: credential }: Visit,
  { era, headers: own }: Opened,
  method: string,
  more: Partial<Saying> = {},
  manner: Manner = {},
): Promise<Look<Said>> {
  return say(line, { era, method, ...more, headers: { ...own, ...(more.headers ?? credential) } }, manner);
}

/** A harmless request that every server of the era knows. */
export function harmless(era: Era): string {
  return era === 'modern' ? DISCOVER : 'ping';
}

/** Ends a session; resolves with the status, undefined where none came. */
export async function endSession(visit: Visit, id: string, headers: Headers = {}): Promise<number | undefined> {
  visit.sessions.delete(id);
  const { line } = visit;
  const asked = { url: line.url, method: 'DELETE', headers: { ...visit.headers, ...headers, 'mcp-session-id': id } };
  const look = await line.ask(asked);
  return 'saw' in look ? look.saw.status : undefined;
}
