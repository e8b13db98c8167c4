import { defineCheck, fail, pass } from '../../../check.ts';
import { inEachEra, outlineOf, unclear } from '../by-era.ts';
import { isRefusedForIt } from '../opened.ts';

/** JSON-RPC 2.0, "Parse error". */
const PARSE_ERROR = -32700;

/** What cannot be read is refused, and nothing breaks over it. */
export const malformedJsonRefused = defineCheck({
  id: 'malformed-json-refused',
  control: 'C12',
  part: 'door',
  severity: 'medium',
  title: { en: 'A request that is no JSON is refused cleanly.', zh: '不是 JSON 的请求会被干净地拒绝。' },
  remedy: {
    en: 'Answer 400 with JSON-RPC error -32700 to a body that does not parse, before anything else is done with it.',
    zh: '对无法解析的请求体，在做任何处理之前返回 400 和 JSON-RPC 错误 -32700。',
  },
  ask: (facts) =>
    inEachEra(facts, 'invalid-json', (seen, era) => {
      const how = outlineOf(seen);
      if (seen.rpc?.result === true || seen.status === 202) {
        return fail({ en: `JSON that breaks off was accepted (${how}).`, zh: `不完整的 JSON 被接受（${how}）。` });
      }
      if (seen.status === 500) {
        return fail(
          {
            en: 'The server failed on JSON that breaks off (HTTP 500).',
            zh: '服务器处理不完整的 JSON 时出错（HTTP 500）。',
          },
          { severity: 'low' },
        );
      }
      return seen.rpc?.error?.code === PARSE_ERROR || isRefusedForIt(facts, era, seen)
        ? pass({ en: `JSON that breaks off was refused (${how}).`, zh: `不完整的 JSON 被拒绝（${how}）。` })
        : unclear(`JSON that breaks off: ${how}.`, `不完整的 JSON：${how}。`);
    }),
});
