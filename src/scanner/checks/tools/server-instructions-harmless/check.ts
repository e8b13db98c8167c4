import { findOrders, judgeOrders, ownNamesOf } from '../../../../detect/find-orders.ts';
import { findHidden } from '../../../../detect/hidden-text.ts';
import { parametersOf } from '../../../../kernel/tool-like.ts';
import { type Answer, defineCheck, fail, notApplicable, pass, warn } from '../../../check.ts';
import { orderWords } from '../order-words.ts';

const MAX_PROMPTS = 500;

function judge(subject: string, text: string, ownNames: ReadonlySet<string>): Answer[] {
  const hidden = findHidden(text).find(({ kind }) => kind !== 'comment' && kind !== 'blank-run');
  if (hidden !== undefined)
    return [
      fail({ en: `It holds hidden text (${hidden.kind}).`, zh: `其中有隐藏文字(${hidden.kind})。` }, { subject }),
    ];
  const orders = findOrders(text, { ownNames });
  const first = orders.find(({ strength }) => strength === 'strong') ?? orders[0];
  if (first === undefined) return [];
  const words = orderWords(orders);
  const seen = { en: `It ${words.en}: "${first.excerpt}".`, zh: `其中${words.zh}:“${first.excerpt}”。` };
  return [judgeOrders(orders) === 'harmful' ? fail(seen, { subject }) : warn(seen, { subject, severity: 'medium' })];
}

/** Asks of the server’s instructions and of the descriptions of its prompts what is asked of tools. */
export const serverInstructionsHarmless = defineCheck({
  id: 'server-instructions-harmless',
  control: 'C15',
  part: 'tools',
  severity: 'high',
  title: {
    en: 'Neither the server’s instructions nor its prompts hide text or give orders that the user does not see.',
    zh: '服务器的说明与提示词没有隐藏文字,也没有下达用户看不到的指令。',
  },
  remedy: {
    en: 'Do not use the server until the text is gone, or have the client ignore its instructions.',
    zh: '在这些文字删除之前不要使用该服务器,或让客户端忽略它的说明。',
  },
  ask({ instructions, prompts, tools }) {
    const texts = [
      ...(instructions === undefined ? [] : [{ subject: 'instructions', text: instructions }]),
      ...prompts
        .slice(0, MAX_PROMPTS)
        .map(({ name, description }) => ({ subject: `prompt ${name}`, text: description })),
    ];
    if (texts.length === 0)
      return notApplicable({
        en: 'The server has neither instructions nor prompts.',
        zh: '该服务器没有说明,也没有提示词。',
      });
    const names = [
      ...prompts.map(({ name }) => name),
      ...tools.flatMap((tool) => [tool.name, ...parametersOf(tool).map(({ name }) => name)]),
    ];
    const ownNames = ownNamesOf(names);
    const answers = texts.flatMap(({ subject, text }) => judge(subject, text, ownNames));
    return answers.length > 0
      ? answers
      : pass({ en: `Nothing of the kind is in ${texts.length} texts.`, zh: `${texts.length} 段文字中没有此类内容。` });
  },
});
