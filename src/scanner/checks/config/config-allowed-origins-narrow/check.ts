import { isLoopbackHost } from '../../../../kernel/loopback.ts';
import { type Answer, defineCheck, fail, notApplicable, pass, warn } from '../../../check.ts';
import type { ConfigFacts } from '../../../facts/config.ts';
import { listOf, said, sentence, settingOf, switchOf, whereOf } from '../setting.ts';

const PATHS = [
  'server.allowed_origins',
  'server.cors_origins',
  'server.cors.origins',
  'server.cors.allowed_origins',
  'server.cors.origin',
  'security.allowed_origins',
  'security.cors_origins',
  'cors.allowed_origins',
  'cors.origins',
  'cors.origin',
];

/** C11: web pages of no origin but the listed ones may call (HTTP-02). */
export const configAllowedOriginsNarrow = defineCheck<'config'>({
  id: 'config-allowed-origins-narrow',
  control: 'C11',
  part: 'config',
  severity: 'high',
  title: { en: 'Only web pages of listed origins may call the server.', zh: '只有列出的来源的网页可以调用服务器。' },
  remedy: {
    en: 'List the origins that need it in `server.allowed_origins`, and leave `server.verify_origin` on.',
    zh: '在 `server.allowed_origins` 中逐一列出需要的来源，并保持 `server.verify_origin` 开启。',
  },
  ask(facts) {
    if (switchOf(facts, 'server.verify_origin') === false) {
      return fail(sentence(said(facts, 'server.verify_origin')), { where: whereOf(facts, 'server.verify_origin') });
    }
    const path = PATHS.find((one) => settingOf(facts, one) !== undefined);
    return path === undefined
      ? notApplicable({ en: 'The file says nothing of origins.', zh: '文件未提及来源（Origin）。' })
      : judge(facts, path);
  },
});

function judge(facts: ConfigFacts, path: string): Answer {
  const origins = listOf(facts, path) ?? [];
  const where = whereOf(facts, path);
  const seen = sentence(said(facts, path));
  // `null` is what sandboxed frames and files send: anybody's page can be one.
  if (origins.some((origin) => ['*', 'null', '.*', 'http://*', 'https://*'].includes(origin)))
    return fail(seen, { where });
  const doubtful = origins.some((origin) => isPattern(origin) || isPlainHttp(origin));
  return doubtful ? warn(seen, { where, severity: 'medium' }) : pass(seen, { where });
}

function isPattern(origin: string): boolean {
  return origin.includes('*');
}

// Whoever is on the way to such a page can put a script into it.
function isPlainHttp(origin: string): boolean {
  if (!origin.startsWith('http://') || !URL.canParse(origin)) return false;
  return !isLoopbackHost(new URL(origin).hostname);
}
