import type { Answer } from '../../check.ts';
import { unseen } from '../../check.ts';
import type { ApiFacts, ApiTool } from '../../facts/api.ts';
import { blind } from '../../look.ts';

/** Upstreams with an answer of their own; what is beyond is answered together. */
const MOST_UPSTREAMS = 100;
/** Tools that are named in one answer. */
const MOST_NAMES = 10;

/** Asks about the tools of each upstream, once; upstreams whose tools the server itself could not see are unknown. */
export function byUpstream(
  { url, tools, unavailable = [] }: ApiFacts,
  ask: (tools: readonly ApiTool[], more: { subject: string; where: { url: string } }) => Answer,
): readonly Answer[] {
  const where = { url: `${url}/api/v2/tools` };
  if ('blind' in tools) return [unseen(tools, { where })];
  const groups = new Map<string, ApiTool[]>();
  for (const tool of tools.saw) {
    const wanted = tool.upstream ?? 'server';
    const subject = groups.has(wanted) || groups.size < MOST_UPSTREAMS ? wanted : 'other upstreams';
    const group = groups.get(subject);
    if (group === undefined) groups.set(subject, [tool]);
    else group.push(tool);
  }
  const why = blind('unreachable', 'The server could not ask it for its tools.', '服务器未能获取其工具列表。');
  const missing = unavailable.slice(0, MOST_UPSTREAMS).map((subject) => unseen(why, { subject, where }));
  if (groups.size === 0 && missing.length === 0) {
    return [unseen(blind('not-offered', 'The server lists no tools.', '服务器未列出任何工具。'), { where })];
  }
  return [...[...groups].map(([subject, list]) => ask(list, { subject, where })), ...missing];
}

/** How many tools, and the names of the first few. */
export function namesOf(tools: readonly ApiTool[]): string {
  const names = tools.slice(0, MOST_NAMES).map(({ name }) => name);
  return tools.length > MOST_NAMES ? `${names.join(', ')}, …` : names.join(', ');
}
