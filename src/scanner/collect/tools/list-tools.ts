import { isObject } from '../../../kernel/jsonrpc.ts';
import type { ToolsFacts } from '../../facts/tools.ts';
import { blind, type Blind, type Look, saw } from '../../look.ts';
import type { Line } from '../../probe/line.ts';
import type { Opened } from '../../probe/open.ts';
import { say } from '../../probe/say.ts';
import { type ListedPages, listPages } from './list-pages.ts';
import { toToolsFacts } from './to-tools-facts.ts';

/** Characters that all pages of all lists together may have; what comes after is not read. */
const MAX_LISTED_CHARACTERS = 8 * 1024 * 1024;

/**
 * Reads what an open endpoint offers to models, page by page. Never throws. Blind as the first page of the tools is.
 * @param most characters of all pages together
 */
export async function listTools(
  line: Line,
  opened: Opened,
  headers: Readonly<Record<string, string>>,
  server: string,
  most: number = MAX_LISTED_CHARACTERS,
): Promise<Look<ToolsFacts>> {
  const reader = createReader(line, { ...opened, headers: { ...headers, ...opened.headers } }, most);
  const tools = await reader.read('tools');
  if ('blind' in tools) return tools;
  // Only where they are offered: a client that keeps to the protocol would not ask either.
  const prompts = isObject(opened.capabilities['prompts']) ? await reader.read('prompts') : saw(NO_PAGES);
  return saw(
    toToolsFacts(server, {
      tools: tools.saw.entries,
      prompts: 'blind' in prompts ? [] : prompts.saw.entries,
      instructions: opened.facts.instructions,
      isCut: tools.saw.isCut || 'blind' in prompts || prompts.saw.isCut,
    }),
  );
}

const NO_PAGES: ListedPages = { entries: [], isCut: false };

type List = 'tools' | 'prompts';

interface Reader {
  read(list: List): Promise<Look<ListedPages>>;
}

function createReader(line: Line, { era, headers }: Pick<Opened, 'era' | 'headers'>, most: number): Reader {
  let room = most;

  async function page(list: List, params: { readonly cursor?: string }): Promise<Look<unknown>> {
    if (room <= 0) return full();
    const look = await say(line, { era, method: `${list}/list`, headers, params }, { maxBodyBytes: room });
    if ('blind' in look) return look;
    const { heard, answer } = look.saw;
    room -= heard.body.length;
    if (answer?.error?.code === METHOD_UNKNOWN) return saw({ [list]: [] });
    return answer?.result === undefined ? refused(list, heard.status) : saw(answer.result);
  }

  return {
    async read(list) {
      let failure: Blind | undefined;
      const pages = await listPages(async (params) => {
        const look = await page(list, params);
        if ('saw' in look) return look.saw;
        failure = look;
        return undefined;
      }, list);
      return pages === undefined ? (failure ?? noList(list)) : saw(pages);
    },
  };
}

/** JSON-RPC: the server has no such list. */
const METHOD_UNKNOWN = -32601;

function refused(list: List, status: number): Blind {
  if (status === 401) {
    return blind('no-credential', `${list}/list asks for a credential (401).`, `${list}/list 要求凭据(401)。`);
  }
  if (status === 403) return blind('forbidden', `${list}/list is refused (403).`, `${list}/list 被拒绝(403)。`);
  return noList(list, status);
}

function noList(list: List, status?: number): Blind {
  const [en, zh] = status === undefined ? ['', ''] : [` (${status})`, `(${status})`];
  return blind('unreadable', `${list}/list was not answered with a list${en}.`, `${list}/list 的应答不是列表${zh}。`);
}

function full(): Blind {
  return blind('unreadable', 'There is more than is read.', '内容超出读取上限。');
}
