import { MAX_LOCK_BYTES, parseLockfile } from '../policy/tool/lockfile.ts';
import type { ToolProfile } from '../policy/tool/tool-profile.ts';
import { readTextFile } from '../scanner/written/read-file.ts';

/**
 * What the tools can do, from a lockfile. Whether they run in a sandbox is a matter of the deployment, not of the file.
 * @throws MerlonError LOCK_UNUSABLE, CONFIG_NOT_FOUND
 */
export function readProfiles(file: string): readonly ToolProfile[] {
  return parseLockfile(readTextFile(file, MAX_LOCK_BYTES)).tools.map((tool) => ({ ...tool, sandboxed: false }));
}
