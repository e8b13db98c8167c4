import { CLIENT_CAPABILITIES_META_KEY, type ServerContext } from '@modelcontextprotocol/server';
import { z } from 'zod';

const envelope = z.object({
  [CLIENT_CAPABILITIES_META_KEY]: z.object({
    elicitation: z.unknown().optional(),
    sampling: z.unknown().optional(),
    extensions: z.record(z.string(), z.unknown()).optional(),
  }),
});

/** What the client says that it can do, as far as the fixture asks; nothing where the request does not say (before 2026-07-28). */
export function capabilitiesOf(ctx: ServerContext): {
  elicitation?: unknown;
  sampling?: unknown;
  extensions?: Readonly<Record<string, unknown>> | undefined;
} {
  const parsed = envelope.safeParse(ctx.mcpReq.envelope);
  return parsed.success ? parsed.data[CLIENT_CAPABILITIES_META_KEY] : {};
}
