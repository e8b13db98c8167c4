import { expect, it } from 'vitest';
import { type Address, resolveTarget } from './resolve.ts';

const V4 = { address: '192.0.2.7', family: 4 } as const;
const V6 = { address: '2001:db8::7', family: 6 } as const;
const url = new URL('https://a.example:8443/mcp');
const { signal } = new AbortController();

it('asks nobody about an address', async () => {
  const lookup = (): never => {
    throw new Error('asked');
  };
  expect(await resolveTarget(new URL('https://192.0.2.7/mcp'), { signal, lookup })).toEqual({ saw: V4 });
  expect(await resolveTarget(new URL('https://[2001:db8::7]/mcp'), { signal, lookup })).toEqual({ saw: V6 });
});

it('asks once, and takes the first address that takes a connection', async () => {
  const asked: string[] = [];
  const lookup = (name: string): Promise<Address[]> => {
    asked.push(name);
    return Promise.resolve([V6, V4]);
  };
  const knock = (address: Address, port: number): Promise<boolean> => Promise.resolve(address === V4 && port === 8443);
  expect(await resolveTarget(url, { signal, lookup, knock })).toEqual({ saw: V4 });
  expect(await resolveTarget(url, { signal, lookup, knock: () => Promise.resolve(false) })).toEqual({ saw: V6 });
  expect(asked).toEqual(['a.example', 'a.example']);
});

it('is blind where there is no address, or none in time', async () => {
  const failing = (): Promise<never> => Promise.reject(new Error('ENOTFOUND'));
  const silent = (): Promise<never> => new Promise(() => {});
  expect(await resolveTarget(url, { signal, lookup: failing })).toMatchObject({ blind: 'unreachable' });
  expect(await resolveTarget(url, { signal, lookup: () => Promise.resolve([]) })).toMatchObject({
    blind: 'unreachable',
  });
  expect(await resolveTarget(url, { signal, lookup: silent, timeoutMs: 5 })).toMatchObject({ blind: 'timeout' });
  const stopped = { signal: AbortSignal.abort(), lookup: silent, timeoutMs: 60_000 };
  expect(await resolveTarget(url, stopped)).toMatchObject({ blind: 'timeout' });
});

it('tries only the first few of many addresses', async () => {
  let knocks = 0;
  const lookup = (): Promise<Address[]> => Promise.resolve(Array.from({ length: 1_000 }, () => V4));
  const knock = (): Promise<boolean> => {
    knocks++;
    return Promise.resolve(false);
  };
  await resolveTarget(url, { signal, lookup, knock });
  expect(knocks).toBe(4);
});
