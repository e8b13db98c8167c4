import { describe, expect, it } from 'vitest';
import type { ToolsFacts } from '../../facts/tools.ts';
import { UNKEPT_SCHEMA } from '../../facts/tools.ts';
import { blind, type Look, saw } from '../../look.ts';
import type { Line } from '../../probe/line.ts';
import type { Opened } from '../../probe/open.ts';
import { listTools } from './list-tools.ts';

const opened: Opened = {
  era: 'legacy',
  facts: { version: '2025-11-25', server: { name: 'a', version: '1' }, instructions: 'Be kind.' },
  capabilities: { prompts: {} },
  headers: { 'mcp-session-id': 's' },
  sessionId: 's',
};

interface Page {
  readonly method: string;
  readonly cursor: string | undefined;
}

/** A line on which pages are answered by `page`: a result, an error, an HTTP status, or nothing. */
function lineOf(page: (asked: Page) => object | number | undefined): { line: Line; asked: Page[] } {
  const asked: Page[] = [];
  let last = 0;
  const line: Line = {
    url: new URL('http://127.0.0.1/mcp'),
    nextId: () => (last += 1),
    close() {},
    ask({ body }) {
      const { id, method, params } = JSON.parse(body ?? '') as {
        id: number;
        method: string;
        params?: { cursor?: string };
      };
      asked.push({ method, cursor: params?.cursor });
      const answer = page({ method, cursor: params?.cursor });
      if (answer === undefined) return Promise.resolve(blind('timeout', 'No.', '否。'));
      if (typeof answer === 'number')
        return Promise.resolve(saw({ status: answer, headers: {}, body: '', isCut: false }));
      const text = JSON.stringify({
        jsonrpc: '2.0',
        id,
        ...('code' in answer ? { error: answer } : { result: answer }),
      });
      return Promise.resolve(saw({ status: 200, headers: {}, body: text, isCut: false }));
    },
  };
  return { line, asked };
}

function list(page: Parameters<typeof lineOf>[0], most?: number): Promise<Look<ToolsFacts>> {
  return listTools(lineOf(page).line, opened, {}, 'server', most);
}

async function seen(page: Parameters<typeof lineOf>[0], most?: number): Promise<ToolsFacts> {
  const look = await list(page, most);
  if ('blind' in look) throw new Error(look.why.en);
  return look.saw;
}

const none = { prompts: [] };

describe('listTools', () => {
  it('keeps what a tool says of itself, and nothing of it that is not of its type', async () => {
    const tool = {
      name: 'read',
      title: 'Read',
      description: 'Reads.\u001b[2J',
      inputSchema: { type: 'object' },
      annotations: { readOnlyHint: true, destructiveHint: 'no' },
      icons: [],
    };
    const facts = await seen(({ method }) => (method === 'tools/list' ? { tools: [tool] } : none));
    expect(facts).toEqual({
      server: 'server',
      instructions: 'Be kind.',
      tools: [
        {
          name: 'read',
          title: 'Read',
          description: 'Reads.\u001b[2J',
          inputSchema: { type: 'object' },
          annotations: { readOnlyHint: true },
        },
      ],
      prompts: [],
      isCut: false,
    });
  });

  it('follows cursors through all pages of both lists', async () => {
    const { line, asked } = lineOf(({ method, cursor }) => {
      if (method === 'prompts/list') return { prompts: [{ name: 'p', description: 'P' }] };
      return cursor === undefined ? { tools: [{ name: 'a' }], nextCursor: '2' } : { tools: [{ name: 'b' }] };
    });
    const look = await listTools(line, opened, {}, 'server');
    expect('saw' in look && [look.saw.tools.map(({ name }) => name), look.saw.prompts]).toEqual([
      ['a', 'b'],
      [{ name: 'p', description: 'P' }],
    ]);
    expect(asked.map(({ cursor }) => cursor)).toEqual([undefined, '2', undefined]);
  });

  it('ends with a cursor that comes again', async () => {
    const { line, asked } = lineOf(({ method }) =>
      method === 'tools/list' ? { tools: [], nextCursor: 'again' } : none,
    );
    const look = await listTools(line, opened, {}, 'server');
    expect('saw' in look && look.saw.isCut).toBe(true);
    expect(asked).toHaveLength(3);
  });

  it('ends after so many pages, though there is always another one', async () => {
    let next = 0;
    const facts = await seen(({ method }) => {
      next += 1;
      return method === 'tools/list' ? { tools: [{ name: `t${next}` }], nextCursor: `${next}` } : none;
    });
    expect([facts.tools.length, facts.isCut]).toEqual([50, true]);
  });

  it('ends after so many entries', async () => {
    const tools = Array.from({ length: 3_000 }, (_, at) => ({ name: `t${at}` }));
    const facts = await seen(({ method }) => (method === 'tools/list' ? { tools } : none));
    expect([facts.tools.length, facts.isCut]).toEqual([2_000, true]);
  });

  it('ends after so many characters', async () => {
    let next = 0;
    const facts = await seen(({ method }) => {
      next += 1;
      return method === 'tools/list' ? { tools: [{ name: 'x'.repeat(400) }], nextCursor: `${next}` } : none;
    }, 1_000);
    expect([facts.tools.length, facts.isCut]).toEqual([3, true]);
  });

  it.each([
    ['large', { type: 'object', description: 'x'.repeat(500_000) }],
    ['deep', JSON.parse('{"a":'.repeat(500) + '1' + '}'.repeat(500)) as object],
  ])('keeps no schema that is too %s, and does not call it missing', async (_name, inputSchema) => {
    const facts = await seen(({ method }) =>
      method === 'tools/list' ? { tools: [{ name: 'a', inputSchema }] } : none,
    );
    expect([facts.tools[0]?.inputSchema, facts.isCut]).toEqual([UNKEPT_SCHEMA, true]);
  });

  it('cuts texts, and says so', async () => {
    const facts = await seen(({ method }) =>
      method === 'tools/list' ? { tools: [{ name: 'n'.repeat(1_000), description: 'd'.repeat(200_000) }] } : none,
    );
    expect([facts.tools[0]?.name.length, facts.tools[0]?.description.length, facts.isCut]).toEqual([
      512,
      100_000,
      true,
    ]);
  });

  it('sees a server without tools as one, and a list that breaks off as cut', async () => {
    expect(await seen(() => ({ code: -32601, message: 'none' }))).toMatchObject({ tools: [], isCut: false });
    const facts = await seen(({ method, cursor }) => {
      if (method === 'prompts/list') return undefined;
      return cursor === undefined ? { tools: [{ name: 'a' }], nextCursor: '2' } : 500;
    });
    expect([facts.tools.length, facts.isCut]).toEqual([1, true]);
  });

  it.each([
    [401, 'no-credential'],
    [403, 'forbidden'],
    [500, 'unreadable'],
    [{ tools: 'none' }, 'unreadable'],
    [undefined, 'timeout'],
  ])('is blind when the first page is %s', async (answer, reason) => {
    expect(await list(() => answer)).toMatchObject({ blind: reason });
  });
});
