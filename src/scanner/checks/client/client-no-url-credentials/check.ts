import { defineCheck } from '../../../check.ts';
import type { ValueFacts } from '../../../facts/client.ts';
import { about, eachServer, holds, seen } from '../each-server.ts';

export const clientNoUrlCredentials = defineCheck({
  id: 'client-no-url-credentials',
  control: 'C07',
  part: 'client',
  severity: 'high',
  title: { en: 'No address of a server carries a credential.', zh: '服务器地址中没有凭据。' },
  remedy: {
    en: 'Send the credential in an Authorization header that refers to a variable, and revoke the one in the address.',
    zh: '改用引用变量的 Authorization 请求头发送凭据，并吊销地址中的凭据。',
  },
  // MCP AUTHZ-39: access tokens are never part of the query.
  ask: (facts) =>
    eachServer(facts, { en: 'No server is reached by an address.', zh: '没有通过地址访问的服务器。' }, (server) => {
      if (server.url === undefined) return undefined;
      const literals = server.values.filter(({ kind, holds: what }) => kind === 'url' && what === 'literal');
      if (literals.length === 0)
        return holds(server, `${server.url} carries no credential.`, `${server.url} 中没有凭据。`);
      const evidence = literals.map(({ name, where }) => seen(...sentence(name), where));
      // Some services know their callers by a long address alone; they leave their users no choice.
      return literals.every(isPath)
        ? about(server, 'warn', evidence, { severity: 'medium' })
        : about(server, 'fail', evidence);
    }),
});

function isPath({ name }: ValueFacts): boolean {
  return name === 'path';
}

function sentence(name: string): [string, string] {
  if (name === 'user') return ['The address holds a user and a password.', '地址中包含用户名和密码。'];
  if (name === 'path')
    return [
      'The path of the address looks like a credential: who knows it is let in.',
      '地址路径看起来是凭据：知道它的人即可访问。',
    ];
  return [`The query parameter ${name} holds a credential.`, `查询参数 ${name} 中是凭据。`];
}
