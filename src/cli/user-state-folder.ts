import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** What the user's own folders depend on. */
export interface UserSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  /** Default: the system's answer. */
  readonly home?: string;
}

/**
 * Where programs keep a user's state: `$XDG_STATE_HOME/merlon`, else `~/.local/state/merlon`; on Windows
 * `%LOCALAPPDATA%\merlon`. A relative path in a variable does not count, as the XDG specification wants.
 */
export function userStateFolder({ env, platform, home = homedir() }: UserSurroundings): string {
  const isWindows = platform === 'win32';
  const named = env[isWindows ? 'LOCALAPPDATA' : 'XDG_STATE_HOME'];
  if (named !== undefined && isAbsolute(named)) return join(named, 'merlon');
  return isWindows ? join(home, 'AppData', 'Local', 'merlon') : join(home, '.local', 'state', 'merlon');
}
