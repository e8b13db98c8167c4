import { z } from 'zod';
import type { DeepReadonly } from '../kernel/readonly.ts';
import { toolOverrideSettings } from '../policy/tool/settings.ts';
import { isOwnHeader } from './own-headers.ts';

/** What stands for the free loopback port that the gateway picks for an upstream it starts and reaches over HTTP. */
export const PORT_PLACEHOLDER = '${port}';

const withoutNul = z.string().regex(/^[^\0]*$/, 'text without NUL characters');
const variableName = z.string().regex(/^[^\0=\s]+$/, 'the name of an environment variable');

const entry = z
  .strictObject({
    type: z
      .enum(['stdio', 'http', 'streamable-http', 'streamableHttp', 'sse'])
      .optional()
      .describe('The transport; `sse` is the legacy one. Default: `http` when there is a `url`, else `stdio`.'),
    command: withoutNul
      .min(1)
      .optional()
      .describe(
        'The program to start. Without `url` it is spoken to over stdio, one process a session. With `url` it is ' +
          'started once and spoken to over HTTP. Starting with `./` or `../`, it is relative to the configuration file. ' +
          'Default: none.',
      ),
    args: z
      .array(withoutNul)
      .default([])
      .describe('Arguments of the program. With `url`, `${port}` stands for a free port.'),
    env: z
      .record(variableName, withoutNul)
      .default({})
      .describe(
        "Environment of the program, which sees nothing of the gateway's own. With `url`, `${port}` works here.",
      ),
    cwd: withoutNul
      .min(1)
      .optional()
      .describe("Working directory of the program. Default: the configuration file's folder."),
    url: z
      .string()
      .refine(isUpstreamUrl, 'must be an http:// or https:// URL without a user name or password')
      .optional()
      .describe('Address of the MCP endpoint. With `command`, `${port}` stands for a free port. Default: none.'),
    headers: z
      .record(
        z
          .string()
          .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'the name of an HTTP header')
          .refine((name) => !isOwnHeader(name), 'a header that HTTP itself does not need'),
        z.string().regex(/^[\t\x20-\x7e\x80-\xff]*$/, 'the value of an HTTP header, on one line'),
      )
      .default({})
      .describe('HTTP headers sent to `url`. Write credentials as `${env:NAME}` or `${file:path}`.'),
    shared: z
      .boolean()
      .default(false)
      .describe('stdio only: one process serves all sessions, instead of one process each.'),
    protocolEra: z
      .enum(['auto', 'legacy', 'modern'])
      .default('auto')
      .describe(
        'How to speak MCP with it: `legacy` with sessions (until 2025-11-25), `modern` without (2026-07-28), ' +
          '`auto` as each client does, where the upstream knows that too.',
      ),
    disabled: z.boolean().default(false).describe('Leaves this upstream out.'),
    requestTimeoutSeconds: z
      .int()
      .min(1)
      .max(86_400)
      .default(300)
      .describe('Seconds that this upstream may take to answer a call.'),
    envPassthrough: z
      .array(variableName)
      .default([])
      .describe("Names of variables that are copied from the gateway's own environment, where they are set."),
    tools: toolOverrideSettings.describe(
      'What you know of its tools better than their definitions, by name. Default: what their definitions suggest.',
    ),
  })
  .superRefine(checkTransport)
  .transform(resolveTransport);

/** The `mcpServers` section: name to upstream, in the shape that MCP clients use. */
export const mcpServersSettings = z
  .record(
    z
      .string()
      .regex(
        /^(?!.*__)[A-Za-z][A-Za-z0-9_-]{0,31}$/,
        'a name of 1 to 32 letters, digits, `-` and single `_`, starting with a letter',
      ),
    entry,
  )
  .superRefine(refuseSimilarNames, { when: () => true });

/** The upstreams by name. */
export type McpServersSettings = DeepReadonly<z.output<typeof mcpServersSettings>>;
/** One upstream. `type` tells which of `command` and `url` is there; a `url` may come with a `command` to start. */
export type McpServerSettings = McpServersSettings[string];

interface Written {
  readonly type?: 'stdio' | 'http' | 'streamable-http' | 'streamableHttp' | 'sse' | undefined;
  readonly command?: string | undefined;
  readonly url?: string | undefined;
  readonly shared: boolean;
}

function checkTransport({ type, command, url, shared }: Written, context: z.core.$RefinementCtx): void {
  const complain = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
  if (command === undefined && url === undefined) complain([], 'needs a `command` to start or a `url` to reach');
  else if (type === 'stdio' && command === undefined) complain(['type'], 'needs a `command`');
  else if (type === 'stdio' && url !== undefined) complain(['url'], 'has no meaning with type stdio');
  else if (type !== undefined && type !== 'stdio' && url === undefined) complain(['type'], 'needs a `url`');
  if (command === undefined && url?.includes(PORT_PLACEHOLDER)) {
    complain(['url'], 'has ${port}, which needs a `command` to start on that port');
  }
  if (shared && url !== undefined) complain(['shared'], 'is for stdio upstreams; one behind a `url` is always shared');
}

type Transport =
  | { readonly type: 'stdio'; readonly command: string; readonly url?: undefined }
  | { readonly type: 'http' | 'sse'; readonly command?: string; readonly url: string };

function resolveTransport<T extends Written>({ type, command, url, ...rest }: T): Omit<T, keyof Transport> & Transport {
  if (url !== undefined) {
    const started = command === undefined ? {} : { command };
    return { ...rest, ...started, type: type === 'sse' ? 'sse' : 'http', url };
  }
  // checkTransport has refused an entry with neither.
  return { ...rest, type: 'stdio', command: command ?? '' };
}

function isUpstreamUrl(text: string): boolean {
  const concrete = text.replaceAll(PORT_PLACEHOLDER, '1');
  if (!URL.canParse(concrete)) return false;
  const { protocol, username, password } = new URL(concrete);
  return (protocol === 'http:' || protocol === 'https:') && username === '' && password === '';
}

// Names become environment variables, file names and host-like labels, where these would be one.
function refuseSimilarNames(servers: unknown, context: z.core.$RefinementCtx): void {
  if (typeof servers !== 'object' || servers === null) return;
  const seen = new Set<string>();
  for (const name of Object.keys(servers)) {
    const folded = name.toLowerCase().replaceAll('_', '-');
    if (seen.has(folded)) {
      context.addIssue({
        code: 'custom',
        path: [name],
        message: 'differs from an earlier name only in case or `_` and `-`',
      });
    }
    seen.add(folded);
  }
}
