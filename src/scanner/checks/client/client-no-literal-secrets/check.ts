import { defineCheck } from '../../../check.ts';
import type { ServerEntryFacts, ValueFacts } from '../../../facts/client.ts';
import { about, eachServer, holds, noServers, seen } from '../each-server.ts';

const WHAT: Readonly<Record<ValueFacts['kind'], { en: string; zh: string }>> = {
  env: { en: 'variable', zh: '变量' },
  header: { en: 'header', zh: '请求头' },
  arg: { en: 'argument', zh: '参数' },
  url: { en: 'address part', zh: '地址部分' },
  field: { en: 'setting', zh: '设置' },
};

export const clientNoLiteralSecrets = defineCheck({
  id: 'client-no-literal-secrets',
  control: 'C07',
  part: 'client',
  severity: 'high',
  title: {
    en: 'No credential stands in the file of the client.',
    zh: '客户端文件中没有明文凭据。',
  },
  remedy: {
    en: "Revoke the credential, put the new one into an environment variable or the system's keychain, and refer to it in the client's notation, such as `${env:NAME}`.",
    zh: '吊销该凭据，把新凭据放入环境变量或系统钥匙串，并用客户端的写法引用，例如 `${env:NAME}`。',
  },
  ask: (facts) =>
    eachServer(facts, noServers, (server) => {
      const literals = server.values.filter(isLiteral);
      if (literals.length === 0)
        return holds(server, `${valuesIn(server)} values hold no credential.`, `${valuesIn(server)} 个值中没有凭据。`);
      const evidence = literals.map(({ kind, name, where }) =>
        seen(`The ${WHAT[kind].en} ${name} holds a credential.`, `${WHAT[kind].zh} ${name} 中是明文凭据。`, where),
      );
      return about(server, 'fail', evidence);
    }),
});

/** Those in the address itself are the question of another check. */
function isLiteral({ kind, holds: what }: ValueFacts): boolean {
  return what === 'literal' && kind !== 'url';
}

function valuesIn({ values }: ServerEntryFacts): number {
  return values.filter(({ kind }) => kind !== 'url').length;
}
