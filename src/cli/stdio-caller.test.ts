import { describe, expect, it } from 'vitest';
import { load } from '../../test/config.ts';
import { localCaller, localRole } from './stdio-caller.ts';

async function roleIn(text: string, asked?: string): Promise<string> {
  return localRole((await load(text, { listens: false })).config, asked);
}

describe('the role of a local user', () => {
  it('is the one asked for, when there is such a role', async () => {
    expect(await roleIn('', 'guest')).toBe('guest');
    await expect(roleIn('', 'root')).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining('admin, user, guest'),
    });
  });

  it('is by default the role user', async () => {
    expect(await roleIn('')).toBe('user');
  });

  it('is what the configuration gives to callers without a credential, where it lets them in', async () => {
    expect(await roleIn('auth: { required: false }')).toBe('guest');
    expect(await roleIn('auth: { required: false, anonymous_role: admin }')).toBe('admin');
    expect(await roleIn('auth: { required: true, anonymous_role: admin }')).toBe('user');
  });

  it('has to be named where none is known to be harmless, even when there is only one', async () => {
    const text = 'permissions: { roles: [{ name: boss, permissions: ["*:*"] }] }';
    await expect(roleIn(text)).rejects.toMatchObject({ code: 'USAGE', message: expect.stringContaining('boss') });
    expect(await roleIn(text, 'boss')).toBe('boss');
    await expect(roleIn('permissions: { roles: [] }')).rejects.toMatchObject({ code: 'USAGE' });
  });

  it('belongs to a principal that no credential can have', () => {
    expect(localCaller('user', 'ann')).toMatchObject({ principal: 'local:ann', role: 'user', method: 'local' });
    expect(localCaller('user').principal).toMatch(/^local:./);
  });
});
