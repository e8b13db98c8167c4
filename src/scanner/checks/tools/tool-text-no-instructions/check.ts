import { findOrders, judgeOrders, type Order, ownNamesOf } from '../../../../detect/find-orders.ts';
import { parametersOf, textsOf } from '../../../../kernel/tool-like.ts';
import { defineCheck, fail, warn } from '../../../check.ts';
import { askEachTool, placeOf } from '../each-tool.ts';
import { orderWords } from '../order-words.ts';

/** Asks whether a definition orders what no description has to. */
export const toolTextNoInstructions = defineCheck({
  id: 'tool-text-no-instructions',
  control: 'C15',
  part: 'tools',
  severity: 'high',
  title: {
    en: 'No text of a tool gives the model orders that the user does not see.',
    zh: '工具的文字没有向模型下达用户看不到的指令。',
  },
  remedy: {
    en: 'Do not use the server until the text is gone; if you trust it, have the author move orders out of the definition.',
    zh: '在这些文字删除之前不要使用该服务器;如果信任它,请作者把指令移出工具定义。',
  },
  ask(facts) {
    const ownNames = ownNamesOf(
      facts.tools.flatMap((tool) => [tool.name, ...parametersOf(tool).map(({ name }) => name)]),
    );
    return askEachTool(
      facts,
      (tool) => {
        const found: (Order & { readonly at: string })[] = [];
        for (const { at, text } of textsOf(tool))
          for (const order of findOrders(text, { ownNames })) found.push({ ...order, at });
        const first = found.find(({ strength }) => strength === 'strong') ?? found[0];
        if (first === undefined) return undefined;
        const words = orderWords(found);
        const seen = {
          en: `${placeOf(first.at)} ${words.en}: "${first.excerpt}".`,
          zh: `${placeOf(first.at)} ${words.zh}:“${first.excerpt}”。`,
        };
        return judgeOrders(found) === 'harmful' ? fail(seen) : warn(seen, { severity: 'medium' });
      },
      (count) => ({
        en: `No text of ${count} tools gives such orders.`,
        zh: `${count} 个工具的文字都没有此类指令。`,
      }),
    );
  },
});
