import { defineCheck, fail, pass, warn } from '../../../check.ts';
import { inEachEra, outlineOf, unclear } from '../by-era.ts';
import { isRefusedForIt } from '../opened.ts';

/** BASE-29 in spirit: what is nested deeper than anybody needs does not reach code that calls itself. */
export const nestingBounded = defineCheck({
  id: 'nesting-bounded',
  control: 'C12',
  part: 'door',
  severity: 'medium',
  title: { en: 'Deeply nested JSON is refused.', zh: '嵌套过深的 JSON 会被拒绝。' },
  remedy: {
    en: 'Refuse messages that are nested deeper than about 100 levels with 400, before anything walks through them.',
    zh: '在遍历消息之前，用 400 拒绝嵌套超过约 100 层的消息。',
  },
  ask: (facts) =>
    inEachEra(facts, 'deep-json', (seen, era) => {
      const how = outlineOf(seen);
      if (seen.rpc?.result === true) {
        return warn(
          {
            en: `A message with 200 arrays in each other was accepted (${how}).`,
            zh: `嵌套 200 层数组的消息被接受（${how}）。`,
          },
          { severity: 'low' },
        );
      }
      if (seen.status === 500) {
        return fail({
          en: 'The server failed on 200 arrays in each other (HTTP 500).',
          zh: '服务器处理嵌套 200 层数组时出错（HTTP 500）。',
        });
      }
      if (isRefusedForIt(facts, era, seen)) {
        return pass({ en: `It was refused (${how}).`, zh: `已被拒绝（${how}）。` });
      }
      return unclear(`200 arrays in each other: ${how}.`, `嵌套 200 层数组：${how}。`);
    }),
});
