import { defineCheck, notApplicable } from '../../../check.ts';
import { judgeCombination } from '../../risky-combination.ts';

/** Asks whether the tools of one server together make a way out for private data. */
export const toolNoRiskyCombination = defineCheck({
  id: 'tool-no-risky-combination',
  control: 'C14',
  part: 'tools',
  severity: 'medium',
  title: {
    en: 'No single server can read private data, read untrusted text and send data out.',
    zh: '没有单个服务器同时具备读取私有数据、读取不可信内容和向外发送的能力。',
  },
  remedy: {
    en: 'Take one of the three away: allow reading tools and sending tools to different roles, have sending confirmed by a person, or bound where it may go.',
    zh: '去掉三者之一:把读取类与发送类工具授权给不同角色,发送须由人确认,或限制发送目的地。',
  },
  ask({ tools }) {
    if (tools.length === 0) return notApplicable({ en: 'The server offers no tools.', zh: '该服务器没有提供工具。' });
    return judgeCombination((has) => tools.filter(has).map(({ name }) => name), {
      en: `${tools.length} tools do not have all three between them.`,
      zh: `${tools.length} 个工具没有同时具备这三种能力。`,
    });
  },
});
