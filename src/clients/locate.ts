import { posix, win32 } from 'node:path';
import type { Base, ClientFile, Platform } from './client.ts';

/** The machine around a client. */
export interface Surroundings {
  readonly platform: Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The user's home folder. */
  readonly home: string;
  /** The project: the working folder as a rule. */
  readonly project: string;
}

/**
 * Every path where this file may be, the preferred one first. Where an environment variable names the place, only that
 * counts, as it does for the client.
 */
export function pathsOf({ paths }: Pick<ClientFile, 'paths'>, surroundings: Surroundings): string[] {
  const { platform } = surroundings;
  const here = paths.filter(({ on }) => on === undefined || on.includes(platform));
  const overridden = here.filter(({ base }) => typeof base === 'object' && baseOf(base, surroundings) !== undefined);
  const system = platform === 'win32' ? win32 : posix;
  return (overridden.length > 0 ? overridden : here).flatMap(({ base, path }) => {
    const start = baseOf(base, surroundings);
    return start === undefined ? [] : [system.join(start, path)];
  });
}

function baseOf(base: Base, { platform, env, home, project }: Surroundings): string | undefined {
  const system = platform === 'win32' ? win32 : posix;
  // Empty variables count as unset, and so do relative ones, as the XDG specification wants it.
  const folder = (name: string): string | undefined => {
    const value = env[name] ?? '';
    return system.isAbsolute(value) ? value : undefined;
  };
  if (typeof base === 'object') return folder('folder' in base ? base.folder : base.file);
  const bases = {
    home,
    project,
    config: folder('XDG_CONFIG_HOME') ?? system.join(home, '.config'),
    support: system.join(home, 'Library', 'Application Support'),
    appdata: folder('APPDATA') ?? system.join(home, 'AppData', 'Roaming'),
  };
  return bases[base];
}
