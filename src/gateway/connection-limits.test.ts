import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeConnectionLimits, remoteGroup } from './connection-limits.ts';

const groups = fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 });
const spell = (parts: readonly number[]): string => parts.map((part) => part.toString(16)).join(':');
const compress = (address: string): string => new URL(`http://[${address}]`).hostname.slice(1, -1);

describe('remote groups', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:db8:0:0:ffff::', '2001:db8:0:0::/64'],
    ['2001:db8:0:1::1', '2001:db8:0:1::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
    ['', ''],
  ])('puts %s into %s', (address, group) => {
    expect(remoteGroup(address)).toBe(group);
  });

  it('sees the same /64 in every spelling of an IPv6 address, and no other', () => {
    fc.assert(
      fc.property(groups, groups, (one, other) => {
        const sameNet = [...one.slice(0, 4), ...other.slice(4)];
        if (one.slice(0, 5).every((part) => part === 0)) return;
        expect(remoteGroup(compress(spell(one)))).toBe(remoteGroup(spell(one)));
        expect(remoteGroup(spell(sameNet))).toBe(remoteGroup(spell(one)));
        const isSame = spell(one.slice(0, 4)) === spell(other.slice(0, 4));
        expect(remoteGroup(spell(one)) === remoteGroup(spell(other))).toBe(isSame);
      }),
    );
  });
});

describe('connection limits', () => {
  it('stop one group at its bound and leave the others alone', () => {
    const limits = makeConnectionLimits(2);
    expect([limits.enter('a'), limits.enter('a'), limits.enter('a'), limits.enter('b')]).toEqual([
      true,
      true,
      false,
      true,
    ]);
    limits.leave('a');
    expect(limits.enter('a')).toBe(true);
  });

  it('forget a group whose connections are gone', () => {
    const limits = makeConnectionLimits(2);
    limits.enter('a');
    limits.enter('a');
    limits.leave('a');
    limits.leave('a');
    expect(limits.groups()).toBe(0);
  });
});
