import { type Answer, defineCheck, fail, pass, unseen, warn } from '../../../check.ts';
import type { MetadataFacts } from '../../../facts/door.ts';
import { isSafe, isSameOrigin, shown, urlFrom } from '../document-url.ts';

const MAX_SERVERS = 20;

/** RFC 9728; AUTHZ-06, DISC-04, SEC-09: what clients are told about where to get a token is about this server, and safe. */
export const resourceMetadataValid = defineCheck({
  id: 'resource-metadata-valid',
  control: 'C03',
  part: 'door',
  severity: 'high',
  title: {
    en: 'The protected-resource metadata is about this endpoint and names safe issuers.',
    zh: '受保护资源元数据描述的正是此端点，且颁发者地址安全。',
  },
  remedy: {
    en: 'Set `resource` to the https address of the MCP endpoint as clients write it, and `authorization_servers` to the https addresses of your issuers.',
    zh: '将 `resource` 设为客户端使用的 MCP 端点 https 地址，将 `authorization_servers` 设为颁发者的 https 地址。',
  },
  ask: ({ url, resourceMetadata }) =>
    'blind' in resourceMetadata ? unseen(resourceMetadata) : judge(resourceMetadata.saw, url),
});

function judge({ url, document }: MetadataFacts, endpoint: string): Answer {
  const where = { url };
  const resource = urlFrom(document['resource']);
  if (resource === undefined) {
    return fail({ en: '`resource` is missing or no address.', zh: '`resource` 缺失或不是地址。' }, { where });
  }
  if (!isAbout(resource, new URL(endpoint))) {
    return fail(
      {
        en: `\`resource\` is ${shown(resource)}, not this endpoint.`,
        zh: `\`resource\` 为 ${shown(resource)}，不是此端点。`,
      },
      { where },
    );
  }
  if (!isSafe(resource)) {
    return fail({ en: '`resource` is a plain http address.', zh: '`resource` 是明文 http 地址。' }, { where });
  }
  const named = document['authorization_servers'];
  const servers: readonly unknown[] = Array.isArray(named) ? named.slice(0, MAX_SERVERS) : [];
  if (servers.length === 0) {
    return warn(
      { en: '`authorization_servers` names none.', zh: '`authorization_servers` 没有列出任何颁发者。' },
      { where, severity: 'medium' },
    );
  }
  if (!servers.map(urlFrom).every((one) => one !== undefined && isSafe(one))) {
    return fail(
      {
        en: '`authorization_servers` holds one that is no https address.',
        zh: '`authorization_servers` 中有条目不是 https 地址。',
      },
      { where },
    );
  }
  if (takesQuery(document)) {
    return warn(
      {
        en: '`bearer_methods_supported` invites tokens in the query.',
        zh: '`bearer_methods_supported` 允许在查询参数中放置令牌。',
      },
      { where, severity: 'medium' },
    );
  }
  return pass(
    {
      en: `It is about this endpoint and names ${servers.length} issuers.`,
      zh: `它描述的是此端点，并列出 ${servers.length} 个颁发者。`,
    },
    { where },
  );
}

/** The endpoint itself or what it lies below: both are usual, and SDKs take both. */
function isAbout(resource: URL, endpoint: URL): boolean {
  if (!isSameOrigin(resource, endpoint)) return false;
  const above = resource.pathname.replace(/\/$/, '');
  return endpoint.pathname === above || endpoint.pathname.startsWith(`${above}/`);
}

function takesQuery({ bearer_methods_supported: methods }: Readonly<Record<string, unknown>>): boolean {
  return Array.isArray(methods) && methods.includes('query');
}
