import { z } from 'zod';
import { MerlonError } from '../kernel/errors.ts';
import { effects, sinkKinds, type ToolProfile } from '../policy/tool/tool-profile.ts';
import { readTextFile } from '../scanner/written/read-file.ts';

const lockfile = z.object({
  tools: z.array(
    z.object({
      tool: z.string(),
      hash: z.string(),
      effects: z.array(z.enum(effects)).min(1),
      sinks: z.record(z.string(), z.enum(sinkKinds)),
      output: z.enum(['trusted', 'untrusted']),
    }),
  ),
});

/**
 * What the tools can do, from a lockfile. Whether they run in a sandbox is a matter of the deployment, not of the file.
 * @throws MerlonError CONFIG_INVALID
 */
export function readProfiles(file: string): readonly ToolProfile[] {
  const parsed = lockfile.safeParse(jsonOf(readTextFile(file, MAX_BYTES)));
  if (parsed.success) return parsed.data.tools.map((tool) => ({ ...tool, sandboxed: false }));
  throw new MerlonError('CONFIG_INVALID', `${file} is no lockfile of tools.`, {
    todo: 'Name a file that `merlon lock` wrote.',
  });
}

const MAX_BYTES = 67_108_864;

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
