import { expect, test } from 'vitest';
import { load } from '../../test/config.ts';
import { startIssuer } from '../../test/identity/loopback-issuer.ts';
import { systemClock } from '../kernel/clock.ts';
import { makeAuthenticate } from './authenticator.ts';

const own = 'https://gate.example';
const files = `${own}/mcp/files`;

/** Which audiences count at `/mcp/files`, and which of them everywhere. */
async function counting(provider: string): Promise<Record<'there' | 'everywhere', string[]>> {
  await using issuer = await startIssuer();
  const text = `server: { secure: false }\nauth: { providers: [{ type: oauth2, issuer: "${issuer.url}"${provider} }] }\n`;
  const authenticate = makeAuthenticate((await load(text)).config, {
    clock: systemClock,
    address: () => own,
    onEvent() {},
    onProblem: (problem) => expect.fail(problem.message),
  });
  const there: string[] = [];
  const everywhere: string[] = [];
  for (const aud of [own, files, `${own}/mcp/other`, 'client-1', 'https://api.example']) {
    const token = await issuer.sign({ iss: issuer.url, sub: 'ann', exp: Date.now() / 1_000 + 600, aud });
    const counts = async (path: string): Promise<boolean> =>
      (await authenticate(`Bearer ${token}`, '127.0.0.1', path)).principal !== '';
    if (await counts('/mcp/files').catch(() => false)) there.push(aud);
    if (await counts('').catch(() => false)) everywhere.push(aud);
  }
  return { there, everywhere };
}

test('where no audience is configured, tokens are for this gateway, one of its endpoints, or its client', async () => {
  expect(await counting('')).toEqual({ there: [own, files], everywhere: [own] });
  expect(await counting(', client_id: client-1')).toEqual({
    there: [own, files, 'client-1'],
    everywhere: [own, 'client-1'],
  });
});

test("the gateway's own address as an audience means the same, without the client", async () => {
  for (const audience of [own, `${own}/`])
    expect(await counting(`, client_id: client-1, audience: "${audience}"`)).toEqual({
      there: [own, files],
      everywhere: [own],
    });
});

test('any other audience is the only one that counts', async () => {
  expect(await counting(', client_id: client-1, audience: https://api.example')).toEqual({
    there: ['https://api.example'],
    everywhere: ['https://api.example'],
  });
});
