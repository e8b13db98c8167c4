import { findOrders, judgeOrders, ownNamesOf } from '../../../../detect/find-orders.ts';
import { findHidden, type Hiding, type HidingKind } from '../../../../detect/hidden-text.ts';
import { textsOf } from '../../../../kernel/tool-like.ts';
import type { Text } from '../../../../kernel/text.ts';
import { type Answer, defineCheck, fail, warn } from '../../../check.ts';
import type { ToolFacts } from '../../../facts/tools.ts';
import { askEachTool, placeOf } from '../each-tool.ts';

const KINDS: Readonly<Record<HidingKind, Text>> = {
  'tag-characters': { en: 'Unicode tag characters', zh: 'Unicode 标签字符' },
  'bidi-override': { en: 'bidirectional overrides', zh: '双向文字覆盖字符' },
  'zero-width-run': { en: 'characters without width', zh: '零宽字符' },
  'terminal-escape': { en: 'control characters that a terminal obeys', zh: '终端控制字符' },
  'blank-run': { en: 'blanks that push text out of sight', zh: '把文字推到视野之外的空白' },
  comment: { en: 'characters in an HTML comment', zh: 'HTML 注释中的字符' },
};
const NO_NAMES = ownNamesOf([]);

function judge(tool: ToolFacts): Answer | undefined {
  for (const { at, text } of textsOf(tool)) {
    const [worst] = findHidden(text).toSorted((a, b) => Number(isDoubtful(a, text)) - Number(isDoubtful(b, text)));
    if (worst === undefined) continue;
    const { en, zh } = KINDS[worst.kind];
    const [says, saysZh] =
      worst.says === undefined || worst.says === '' ? ['', ''] : [`: "${worst.says}"`, `:“${worst.says}”`];
    const seen = {
      en: `${placeOf(at)} holds ${worst.count} ${en}${says}.`,
      zh: `${placeOf(at)} 中有 ${worst.count} 个${zh}${saysZh}。`,
    };
    return isDoubtful(worst, text) ? warn(seen, { severity: 'medium' }) : fail(seen);
  }
  return undefined;
}

/** Notes of authors and careless formatting look like this too; what they hide decides. */
function isDoubtful({ kind, at, says }: Hiding, text: string): boolean {
  if (kind !== 'comment' && kind !== 'blank-run') return false;
  const hidden = says ?? text.slice(at, at + 2_000);
  return judgeOrders(findOrders(hidden, { ownNames: NO_NAMES })) !== 'harmful';
}

/** Asks whether a tool holds text that a person does not see and a model reads. */
export const toolTextVisible = defineCheck({
  id: 'tool-text-visible',
  control: 'C15',
  part: 'tools',
  severity: 'high',
  title: {
    en: 'No text of a tool is hidden from whoever approves it.',
    zh: '工具的文字对审批者都可见。',
  },
  remedy: {
    en: 'Do not use the server until its author has explained the hidden text; remove it from the definition.',
    zh: '在作者说明隐藏文字之前不要使用该服务器;从定义中删除这些文字。',
  },
  ask: (facts) =>
    askEachTool(facts, judge, (count) => ({
      en: `All text of ${count} tools can be seen.`,
      zh: `${count} 个工具的文字都可见。`,
    })),
});
