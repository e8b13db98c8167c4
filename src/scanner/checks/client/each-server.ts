import { type Answer, type Evidence, notApplicable, type Outcome, pass, unseen, type Where } from '../../check.ts';
import type { ClientFacts, ServerEntryFacts } from '../../facts/client.ts';
import { blind } from '../../look.ts';
import type { Text } from '../../../kernel/text.ts';

/** What a check says of one server; undefined where the question does not arise. */
type Ask = (server: ServerEntryFacts) => Answer | readonly Answer[] | undefined;

/** Asks about every server. Not a pass where there is nothing to ask about, and unknown where the file could not be read. */
export function eachServer(facts: ClientFacts, none: Text, ask: Ask): readonly Answer[] {
  const answers = facts.servers.flatMap((server) => ask(server) ?? []);
  if (answers.length > 0) return answers;
  if (facts.servers.length === 0 && facts.problems.length > 0) {
    return [
      unseen(blind('unreadable', 'The servers could not be read.', '无法读取其中的服务器。'), {
        where: { file: facts.file },
      }),
    ];
  }
  return [notApplicable(none, { where: { file: facts.file } })];
}

/** The same, without servers that are switched off: the client does not start them. */
export function eachEnabled(facts: ClientFacts, none: Text, ask: Ask): readonly Answer[] {
  return eachServer(facts, none, (server) => (server.disabled ? undefined : ask(server)));
}

/** What tells a server from others of its file: its name, with the keys above it where there are several places. */
function subjectOf({ name, where }: ServerEntryFacts): string {
  const { path = [] } = where;
  return path.length > 2 ? path.join('.') : name;
}

/** An answer about one server with several pieces of evidence. */
export function about(
  server: ServerEntryFacts,
  outcome: Outcome,
  evidence: readonly Evidence[],
  more: Partial<Answer> = {},
): Answer {
  return { outcome, subject: subjectOf(server), evidence, ...more };
}

/** It holds for this server. */
export function holds(server: ServerEntryFacts, en: string, zh: string): Answer {
  return pass({ en, zh }, { subject: subjectOf(server), where: server.where });
}

/** One piece of evidence. */
export function seen(en: string, zh: string, where: Where): Evidence {
  return { seen: { en, zh }, where };
}

/** What is said where a file has no servers that the question is about. */
export const noServers: Text = { en: 'There are no servers in it.', zh: '其中没有服务器。' };
