import { z } from 'zod';
import type { DeepReadonly } from '../../kernel/readonly.ts';
import { effects, sinkKinds } from './tool-profile.ts';

const path = z
  .string()
  .regex(/^[^\0]{1,512}$/, 'the path of an argument, such as `recipients` or `attachments[].file_id`');

const override = z.strictObject({
  effects: z
    .array(z.enum(effects))
    .min(1)
    .optional()
    .describe(
      'All that the tool can do: `read`, `write`, `execute`, `egress`. Also fewer than its definition suggests: ' +
        'this is believed. Default: what the definition suggests, in doubt more.',
    ),
  sinks: z
    .record(path, z.enum([...sinkKinds, 'plain']))
    .optional()
    .describe(
      'What an argument is, by its path: a kind of sink, or `plain` for none. ' +
        'Default: what the definition suggests, for each argument by itself.',
    ),
  output: z
    .enum(['trusted', 'untrusted'])
    .default('untrusted')
    .describe(
      'Whether what the tool returns may hold text of strangers. `trusted` lets values that it returned be used as ' +
        'recipients and targets.',
    ),
  sandboxed: z
    .boolean()
    .optional()
    .describe('Whether code that the tool runs is kept in a sandbox. Default: whether the gateway made one for it.'),
});

/** What an operator says of the tools of one upstream, by their names. */
export const toolOverrideSettings = z
  .record(z.string().regex(/^[^\0]{1,256}$/, 'the name of a tool, as the upstream calls it'), override)
  .default({});

/** The overrides of one upstream. */
export type ToolOverrideSettings = DeepReadonly<z.output<typeof toolOverrideSettings>>;
