import { type Answer, defineCheck, fail, notApplicable, pass, unseen } from '../../../check.ts';
import type { MetadataFacts } from '../../../facts/door.ts';
import { isSafe, urlFrom } from '../document-url.ts';

/** Addresses to which clients send codes, secrets and people. */
const ENDPOINTS = ['authorization_endpoint', 'token_endpoint', 'registration_endpoint', 'jwks_uri'] as const;

/** SEC-09, SEC-11 to SEC-16: codes cannot be stolen on the way, and nothing goes over plain http. */
export const authorizationServerSupportsPkce = defineCheck({
  id: 'authorization-server-supports-pkce',
  control: 'C03',
  part: 'door',
  severity: 'high',
  title: {
    en: 'The authorization server supports PKCE with S256, over https alone.',
    zh: '授权服务器支持 S256 方式的 PKCE，且只使用 https。',
  },
  remedy: {
    en: 'Turn on PKCE with S256 and publish `code_challenge_methods_supported`; serve every endpoint over https. Clients of MCP must refuse a server that does not say it.',
    zh: '启用 S256 方式的 PKCE 并公布 `code_challenge_methods_supported`；所有端点都使用 https。MCP 客户端必须拒绝没有声明这一点的服务器。',
  },
  ask: ({ authorizationServers, resourceMetadata }) => {
    if (authorizationServers.length > 0) {
      return authorizationServers.map((look, index) =>
        'blind' in look ? unseen(look, { subject: `issuer ${index + 1}` }) : judge(look.saw),
      );
    }
    if ('blind' in resourceMetadata) return unseen(resourceMetadata);
    return notApplicable({ en: 'No authorization server is named.', zh: '没有列出授权服务器。' });
  },
});

function judge({ url, document }: MetadataFacts): Answer {
  const more = { subject: urlFrom(url)?.host ?? 'issuer', where: { url } };
  const unsafe = ENDPOINTS.filter((name) => document[name] !== undefined).find((name) => {
    const address = urlFrom(document[name]);
    return address === undefined || !isSafe(address);
  });
  if (unsafe !== undefined) {
    return fail({ en: `\`${unsafe}\` is no https address.`, zh: `\`${unsafe}\` 不是 https 地址。` }, more);
  }
  if (!givesCodes(document)) {
    return notApplicable({ en: 'It gives out no authorization codes.', zh: '它不发放授权码。' }, more);
  }
  const methods = document['code_challenge_methods_supported'];
  if (Array.isArray(methods) && methods.includes('S256')) {
    return pass({ en: 'It supports S256.', zh: '它支持 S256。' }, more);
  }
  const en = Array.isArray(methods)
    ? '`code_challenge_methods_supported` does not hold S256.'
    : 'It does not publish `code_challenge_methods_supported`.';
  const zh = Array.isArray(methods)
    ? '`code_challenge_methods_supported` 中没有 S256。'
    : '它没有公布 `code_challenge_methods_supported`。';
  return fail({ en, zh }, more);
}

/** RFC 8414: without `grant_types_supported`, authorization codes are among them. */
function givesCodes(document: Readonly<Record<string, unknown>>): boolean {
  const grants = document['grant_types_supported'];
  return !Array.isArray(grants) || grants.includes('authorization_code');
}
