import { defineCheck } from '../../../check.ts';
import { answerReported } from '../reported.ts';

/** Asks what the server says of detecting hostile tools. */
export const apiToolDetection = defineCheck({
  id: 'api-tool-detection',
  control: 'C15',
  part: 'api',
  severity: 'medium',
  basis: 'told',
  title: {
    en: 'The server says that it looks for hostile tools.',
    zh: '服务器自述会检测恶意工具。',
  },
  remedy: {
    en: 'Turn detection of poisoned and changed tool definitions on.',
    zh: '启用对被投毒或被更改的工具定义的检测。',
  },
  ask: (facts) => answerReported(facts, 'C15', 'or elsewhere'),
});
