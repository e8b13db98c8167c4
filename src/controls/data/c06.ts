import type { Control } from '../control.ts';
import { referencesTo } from '../references.ts';

export const c06: Control = {
  id: 'C06',
  title: { en: 'Sessions time out', zh: '配置会话超时' },
  priority: 'medium',
  because: {
    en: 'It shortens the life of something that is stolen or forgotten; it does not keep anybody out by itself.',
    zh: '它缩短被盗或被遗忘的会话的寿命，但本身并不能阻止任何人进入。',
  },
  verification: 'automatic',
  rationale: {
    en: 'A session that never ends can be taken over at any later time, and keeps processes and connections of upstreams busy.',
    zh: '永不结束的会话以后随时可能被接管，并一直占用上游的进程和连接。',
  },
  remedy: {
    en: 'End sessions after a time without use and after a longest life. Make their ids unguessable, bind them to who opened them, and check the credential on every request all the same. Keep tokens short-lived.',
    zh: '会话在闲置一段时间后以及达到最长寿命后结束。会话 ID 不可猜测，并绑定到打开者；同时每个请求仍要检查凭据。令牌的有效期要短。',
  },
  gateway: {
    en: 'Sessions end after 15 minutes without use and after 8 hours at most. Ids have 192 random bits and count only for the principal and endpoint that opened them. The sealed state of stateless requests is good for ten minutes and once.',
    zh: '会话闲置 15 分钟后结束，最长 8 小时。ID 含 192 位随机数，且只对打开它的主体和端点有效。无状态请求的密封状态十分钟内有效，且只能使用一次。',
  },
  limits: {
    en: 'Within its time a stolen session and credential work. What an upstream remembers of a session beyond its end is the upstream’s.',
    zh: '在有效期内，被盗的会话连同凭据仍然可用。会话结束后上游仍记住什么，由上游决定。',
  },
  references: referencesTo({
    'OWASP-MCP': ['MCP01'],
    'OWASP-AISVS': ['C10.2.6'],
    CoSAI: ['MCP-T7'],
    MCP: ['BP-40', 'BP-41', 'SEC-06', 'LEG-HTTP-29', 'LEG-HTTP-34'],
    'SAFE-MCP': ['SAFE-T1202'],
  }),
};
