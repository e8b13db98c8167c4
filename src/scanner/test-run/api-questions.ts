import type { Question } from './test-result.ts';

/** What is asked of `/api/v2`. */
export const apiQuestions = {
  noKey: {
    id: 'api-key-required',
    severity: 'critical',
    title: { en: '/api/v2/tools needs a credential.', zh: '/api/v2/tools 要求凭据。' },
    remedy: { en: 'Answer 401 to requests without a credential.', zh: '对不带凭据的请求返回 401。' },
  },
  wrongKey: {
    id: 'api-wrong-key-refused',
    severity: 'critical',
    title: { en: '/api/v2/tools refuses a wrong key.', zh: '/api/v2/tools 拒绝错误的密钥。' },
    remedy: { en: 'Verify the key, and answer 401 where it does not hold.', zh: '验证密钥，无效时返回 401。' },
  },
  toolScopes: {
    id: 'api-tools-have-scopes',
    severity: 'medium',
    title: { en: 'Every tool names the permissions that it needs.', zh: '每个工具都列出所需的权限范围。' },
    remedy: {
      en: 'Give every tool `security.permission_scopes`.',
      zh: '为每个工具设置 `security.permission_scopes`。',
    },
  },
  rateLimit: {
    id: 'api-requests-limited',
    severity: 'medium',
    title: { en: '20 requests at ten a second meet a limit.', zh: '每秒十个、共 20 个请求会触发限流。' },
    remedy: {
      en: 'Limit how often one caller may ask, such as 100 requests a minute, and answer 429 beyond it.',
      zh: '限制每个调用者的请求频率（例如每分钟 100 次），超出时返回 429。',
    },
  },
} as const satisfies Record<string, Question>;

/** Whether anything comes over plain HTTP. */
export const httpsOnly: Question = {
  id: 'https-only',
  severity: 'critical',
  title: { en: 'Nothing is served over plain HTTP.', zh: '不通过明文 HTTP 提供任何内容。' },
  remedy: {
    en: 'Serve TLS alone, and answer plain HTTP with a redirect to https or not at all.',
    zh: '只提供 TLS；对明文 HTTP 只返回到 https 的重定向，或完全不应答。',
  },
};
