import { mixedScripts, skeleton } from '../../../../detect/plain-text.ts';
import { defineCheck, fail, warn } from '../../../check.ts';
import { askEachTool } from '../each-tool.ts';

const ASCII = /^[\x20-\x7E]*$/;

/** Asks whether the name of a tool is written in letters that look like others. */
export const toolNamesDistinctScripts = defineCheck({
  id: 'tool-names-distinct-scripts',
  control: 'C15',
  part: 'tools',
  severity: 'high',
  title: {
    en: 'No name of a tool mixes letters that look alike.',
    zh: '工具名称没有混用外形相似的字母。',
  },
  remedy: {
    en: 'Do not use the server: a name like this passes for another tool on purpose.',
    zh: '不要使用该服务器:这样的名称是在有意冒充其他工具。',
  },
  ask: (facts) =>
    askEachTool(
      facts,
      ({ name }) => {
        const scripts = mixedScripts(name);
        if (scripts.length > 0) {
          const mixed = scripts.join(', ');
          return fail({ en: `The name mixes ${mixed} letters.`, zh: `名称混用了 ${mixed} 字母。` });
        }
        if (!ASCII.test(name) && ASCII.test(skeleton(name)))
          return warn(
            {
              en: `The name looks like "${skeleton(name)}" and is written in other letters.`,
              zh: `名称看起来像“${skeleton(name)}”,用的却是其他字母。`,
            },
            { severity: 'medium' },
          );
        return undefined;
      },
      (count) => ({ en: `None of ${count} names does.`, zh: `${count} 个名称都没有混用。` }),
    ),
});
