import { defineCheck, fail, pass, warn } from '../../../check.ts';
import { inEra, outlineOf, unclear } from '../by-era.ts';
import { isOpened } from '../opened.ts';

/** JSON-RPC code of MCP 2026-07-28, "HeaderMismatch". HTTP-59, HTTP-67. */
const HEADER_MISMATCH = -32020;

/** HTTP-24, HTTP-58, HTTP-59, HTTP-65: what stands in the headers is what stands in the body. */
export const headersMatchBody = defineCheck({
  id: 'headers-match-body',
  control: 'C12',
  part: 'door',
  severity: 'medium',
  title: { en: 'A request whose headers contradict its body is refused.', zh: '请求头与请求体矛盾的请求会被拒绝。' },
  remedy: {
    en: 'Compare `Mcp-Method`, `Mcp-Name`, `MCP-Protocol-Version` and `Mcp-Param-*` with the body, and answer 400 with JSON-RPC error -32020 where they differ.',
    zh: '将 `Mcp-Method`、`Mcp-Name`、`MCP-Protocol-Version` 和 `Mcp-Param-*` 与请求体比较，不一致时返回 400 和 JSON-RPC 错误 -32020。',
  },
  ask: (facts) =>
    inEra(facts, 'modern', 'header-mismatch', (seen) => {
      const how = outlineOf(seen);
      if (seen.rpc?.result === true) {
        return fail({
          en: `A request that says one method in its headers and another in its body was served (${how}).`,
          zh: `请求头与请求体方法不一致的请求得到了正常应答（${how}）。`,
        });
      }
      if (seen.rpc?.error?.code === HEADER_MISMATCH) {
        return pass({ en: `It was refused (${how}).`, zh: `已被拒绝（${how}）。` });
      }
      if (seen.status === 400 && isOpened(facts, 'modern')) {
        return warn(
          {
            en: `It was refused, but not with JSON-RPC error -32020 (${how}).`,
            zh: `已被拒绝，但错误码不是 -32020（${how}）。`,
          },
          { severity: 'info' },
        );
      }
      return unclear(`Headers that contradict the body: ${how}.`, `请求头与请求体矛盾：${how}。`);
    }),
});
