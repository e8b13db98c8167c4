import { defineCheck, pass, warn } from '../../../check.ts';

/** Asks whether the list of tools was read to its end. */
export const toolListWhole = defineCheck({
  id: 'tool-list-whole',
  control: 'C14',
  part: 'tools',
  severity: 'low',
  title: {
    en: 'Everything that the server offers was looked at.',
    zh: '服务器提供的全部内容都已检查。',
  },
  remedy: {
    en: 'Find out why the list is so long or does not end; scan with the server’s tools narrowed down.',
    zh: '查明列表为何过长或没有尽头;缩小服务器提供的工具范围后再扫描。',
  },
  ask: ({ isCut, tools }) =>
    isCut
      ? warn({
          en: `Only ${tools.length} tools were seen, or parts of them: a bound was reached, or a page or an entry could not be read.`,
          zh: `只看到 ${tools.length} 个工具或其部分内容:达到了上限,或有分页、条目无法读取。`,
        })
      : pass({ en: `All ${tools.length} tools were seen.`, zh: `${tools.length} 个工具都已看到。` }),
});
