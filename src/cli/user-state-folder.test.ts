import { describe, expect, it } from 'vitest';
import { userStateFolder } from './user-state-folder.ts';

describe('the folder for a user’s state', () => {
  it.each([
    [{}, 'linux', '/home/ann/.local/state/merlon'],
    [{ XDG_STATE_HOME: '/var/ann' }, 'linux', '/var/ann/merlon'],
    [{ XDG_STATE_HOME: 'relative' }, 'linux', '/home/ann/.local/state/merlon'],
    [{ XDG_STATE_HOME: '' }, 'darwin', '/home/ann/.local/state/merlon'],
    [{ XDG_STATE_HOME: '/var/ann' }, 'win32', '/home/ann/AppData/Local/merlon'],
    [{ LOCALAPPDATA: '/data' }, 'win32', '/data/merlon'],
  ] as const)('with %j on %s is %s', (env, platform, expected) => {
    expect(userStateFolder({ env, platform, home: '/home/ann' })).toBe(expected);
  });
});
