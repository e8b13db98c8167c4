import { randomUUID } from 'node:crypto';
import type { DoorFacts } from '../../../facts/door.ts';
import { blind, type Blind, saw } from '../../../look.ts';
import type { Opened } from '../../../probe/open.ts';
import { exchanged } from '../../../probe/say.ts';
import { notNeeded } from './access.ts';
import type { Tried } from './probes.ts';
import { ask, endSession, enter, harmless, isLetIn, type Visit } from './visit.ts';

/** Ids that are collected. */
const SESSIONS = 3;

/** What sessions showed. */
export type SessionFacts = Pick<DoorFacts, 'sessionIds' | 'chosenSession'>;

/** Opens further sessions, one after another so that their order is known, one of them with an id of our own. */
export async function trySessions(visit: Visit, opened: Opened, into: Tried): Promise<SessionFacts> {
  if (opened.sessionId === undefined) {
    into['unknown-session'] = noSessions();
    into['chosen-session'] = noSessions();
    return { sessionIds: noSessions() };
  }
  const ids = [opened.sessionId];
  const chosen = `merlon-scan-chosen-${randomUUID()}`;
  const fixed = await enter(visit, 'legacy', { ...visit.headers, 'mcp-session-id': chosen });
  into['chosen-session'] = exchanged(fixed.said);
  for (let opening = fixed; ids.length < SESSIONS; opening = await enter(visit, 'legacy', visit.headers)) {
    const id = 'saw' in opening.opened ? opening.opened.saw.sessionId : undefined;
    if (id !== undefined && id !== chosen) ids.push(id);
    // One that takes no further session, or not our id, is asked no more than the first time.
    else if (opening !== fixed) break;
  }
  const stranger = { ...opened, headers: { ...opened.headers, 'mcp-session-id': randomUUID() } };
  into['unknown-session'] = exchanged(await ask(visit, stranger, harmless('legacy')));
  return { sessionIds: saw(ids), chosenSession: chosen };
}

/** Uses a session without the credential that opened it: its id alone must prove nothing (LEG-BP-04). */
export async function trySessionAlone(visit: Visit, opened: Opened, into: Tried): Promise<void> {
  if (opened.sessionId === undefined) into['session-without-credential'] = noSessions();
  else if (Object.keys(visit.headers).length === 0 || isLetIn(into['no-credential'] ?? noSessions())) {
    into['session-without-credential'] = notNeeded();
  } else into['session-without-credential'] = exchanged(await ask(visit, opened, 'tools/list', { headers: {} }));
}

/** Ends a session, and uses it again (LEG-HTTP-34). */
export async function trySessionAfterEnd(visit: Visit, opened: Opened, into: Tried): Promise<void> {
  if (opened.sessionId === undefined) {
    into['session-after-delete'] = noSessions();
    return;
  }
  const status = await endSession(visit, opened.sessionId);
  const isEnded = status !== undefined && status >= 200 && status < 300;
  into['session-after-delete'] = isEnded ? exchanged(await ask(visit, opened, harmless('legacy'))) : notEnded(status);
}

function noSessions(): Blind {
  return blind('not-offered', 'The endpoint opens no sessions.', '该端点不建立会话。');
}

function notEnded(status: number | undefined): Blind {
  if (status === undefined) return blind('error', 'DELETE was not answered.', 'DELETE 未得到应答。');
  return blind(
    'not-offered',
    `The endpoint does not let clients end a session (${status}).`,
    `该端点不允许客户端结束会话(${status})。`,
  );
}
