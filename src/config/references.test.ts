import { describe, expect, test } from 'vitest';
import { faults, load, places, TLS } from '../../test/config.ts';

const upstream = (env: string) => `${TLS}mcpServers: { a: { command: x, env: { A: ${JSON.stringify(env)} } } }`;
const resolved = async (text: string, given: Parameters<typeof load>[1]) =>
  (await load(upstream(text), given)).config.mcpServers['a'];

// The line and column at which `part` begins.
function at(text: string, part: string): string {
  const before = text.slice(0, text.indexOf(part)).split('\n');
  return `${before.length}:${(before.at(-1) ?? '').length + 1}`;
}

describe('a reference', () => {
  test('is replaced alone, within text, and more than once', async () => {
    const given = { env: { A: 'one' }, files: { '/etc/merlon/two': 'two\n', '/abs': 'three' } };
    await expect(resolved('${env:A}', given)).resolves.toMatchObject({ env: { A: 'one' } });
    await expect(resolved('<${env:A}|${file:two}|${file:/abs}|${env:A}>', given)).resolves.toMatchObject({
      env: { A: '<one|two|three|one>' },
    });
  });

  test('loses one newline at the end of a file and nothing else', async () => {
    await expect(resolved('${file:f}', { files: { '/etc/merlon/f': ' a\nb \r\n' } })).resolves.toMatchObject({
      env: { A: ' a\nb ' },
    });
    await expect(resolved('${file:f}', { files: { '/etc/merlon/f': 'a\n\n' } })).resolves.toMatchObject({
      env: { A: 'a\n' },
    });
  });

  test('brings in no further reference and no pattern of replacement', async () => {
    const env = { A: '${env:B}${file:/etc/passwd}$&$1', B: 'hidden' };
    await expect(resolved('x${env:A}', { env })).resolves.toMatchObject({ env: { A: `x${env.A}` } });
  });

  test('cannot put a line break into a header', async () => {
    const text = `${TLS}mcpServers: { a: { url: "https://a.example", headers: { X: "\${env:A}" } } }`;
    await expect(places(text, { env: { A: 'a\r\nX-Admin: 1' } })).resolves.toEqual([
      `${at(text, '"${env:A}')} CONFIG_INVALID`,
    ]);
  });

  test.each([
    ['a variable that is not set', '${env:NOPE}'],
    ['a variable that is empty', '${env:EMPTY}'],
    ['no variable', '${env:}'],
    ['something that is no name', '${env:a b}'],
    ['a property that every object has', '${env:constructor}'],
    ['a file that is not there', '${file:nope}'],
    ['a file that is empty', '${file:empty}'],
    ['no file', '${file:}'],
  ])('to %s is refused at its place', async (_what, text) => {
    const given = { env: { EMPTY: '' }, files: { '/etc/merlon/empty': '\n' } };
    await expect(places(upstream(text), given)).resolves.toEqual([
      `${at(upstream(text), '"${')} CONFIG_SECRET_MISSING`,
    ]);
  });

  test('that is missing is reported once, without the complaints that follow from it', async () => {
    const text = `${TLS}auth: { providers: [{ type: jwt, algorithm: RS256, public_key: "\${file:nope}" }] }`;
    await expect(places(text)).resolves.toEqual([`${at(text, '"${file')} CONFIG_SECRET_MISSING`]);
  });
});

describe('${port} and other ${…}', () => {
  test('${port} stays for the gateway to replace', async () => {
    const { config, warnings } = await load(
      `${TLS}mcpServers: { a: { command: x, args: ["\${port}", "\${HOME}"], env: { PORT: "\${port}" }, url: "http://127.0.0.1:\${port}/mcp" } }`,
    );
    expect(config.mcpServers['a']).toMatchObject({
      args: ['${port}', '${HOME}'],
      env: { PORT: '${port}' },
      url: 'http://127.0.0.1:${port}/mcp',
    });
    expect(warnings).toEqual([]);
  });

  test.each(['${TOKEN}', '${env.TOKEN}', '${input:token}', '${ENV:TOKEN}', '${env:TOKEN'])(
    '%s is passed to an upstream with a warning',
    async (text) => {
      const { warnings } = await load(upstream(text));
      expect(warnings.map(({ kind }) => kind)).toEqual(['unknown-reference']);
    },
  );

  test('is refused where its own text would become a secret', async () => {
    const text = `${TLS}auth: { providers: [{ type: jwt, algorithm: HS256, secret: "\${JWT_SECRET}" }] }`;
    const { problems } = await faults(text);
    expect(problems.map(({ code }) => code)).toEqual(['CONFIG_INVALID']);
  });
});

test('a public key from a file that everybody can read brings no warning and is no secret', async () => {
  const { publicKey } = (await import('node:crypto')).generateKeyPairSync('ed25519');
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const text = `${TLS}auth: { providers: [{ type: jwt, algorithm: EdDSA, public_key: "\${file:key.pem}" }] }`;
  const { warnings, secrets } = await load(text, { files: { '/etc/merlon/key.pem': pem }, readableByOthers: true });
  expect({ warnings, secrets }).toEqual({ warnings: [], secrets: [] });
});
