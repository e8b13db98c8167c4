import type { Era } from '../../../../kernel/mcp-eras.ts';
import { defineCheck, fail, notApplicable, pass } from '../../../check.ts';
import type { DoorFacts } from '../../../facts/door.ts';
import { inEachEra, outlineOf, unclear } from '../by-era.ts';
import { isOpened } from '../opened.ts';

/** JSON-RPC code of MCP 2026-07-28, "UnsupportedProtocolVersionError". HTTP-25. */
const UNSUPPORTED_VERSION = -32022;

/** HTTP-25, VER-01, LEG-HTTP-40: a version that does not exist is not taken for one that does. */
export const unknownVersionRefused = defineCheck({
  id: 'unknown-version-refused',
  control: 'C12',
  part: 'door',
  severity: 'low',
  title: { en: 'A request in an unknown protocol version is refused.', zh: '使用未知协议版本的请求会被拒绝。' },
  remedy: {
    en: 'Answer 400 to every `MCP-Protocol-Version` that the server does not speak; rules that differ between versions otherwise apply to no request in particular.',
    zh: '对服务器不支持的 `MCP-Protocol-Version` 返回 400；否则各版本之间不同的规则就无从适用。',
  },
  ask: (facts) =>
    inEachEra(facts, 'version-unknown', (seen, era) => {
      const how = outlineOf(seen);
      if (knowsNoHeader(facts, era)) {
        return notApplicable({
          en: 'The server speaks a version in which requests do not name theirs.',
          zh: '服务器使用的协议版本中，请求无需注明版本。',
        });
      }
      if (seen.rpc?.result === true) {
        return fail({
          en: `A request in a version that does not exist was served (${how}).`,
          zh: `使用不存在的协议版本的请求得到了正常应答（${how}）。`,
        });
      }
      const isRefusal = seen.rpc?.error?.code === UNSUPPORTED_VERSION || (seen.status === 400 && isOpened(facts, era));
      return isRefusal
        ? pass({ en: `It was refused (${how}).`, zh: `已被拒绝（${how}）。` })
        : unclear(`A version that does not exist: ${how}.`, `不存在的协议版本：${how}。`);
    }),
});

/** `MCP-Protocol-Version` came with 2025-06-18; an older server has never heard of it. */
function knowsNoHeader({ eras }: DoorFacts, era: Era): boolean {
  const look = eras[era];
  return era === 'legacy' && 'saw' in look && look.saw.version < '2025-06-18';
}
