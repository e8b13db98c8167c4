import { runsAnything } from '../../../../kernel/runs-anything.ts';
import { defineCheck, warn } from '../../../check.ts';
import { askEachTool } from '../each-tool.ts';

/** Asks whether a tool takes a command, a script or code as an argument and runs it. */
export const toolNoArbitraryExecution = defineCheck({
  id: 'tool-no-arbitrary-execution',
  control: 'C14',
  part: 'tools',
  severity: 'high',
  title: {
    en: 'No tool runs commands or code of the caller’s on the machine.',
    zh: '没有工具在本机上运行调用者给出的命令或代码。',
  },
  remedy: {
    en: 'Replace it by tools for what is really needed, or run it in a sandbox and say so; behind the gateway, allow it to few roles only.',
    zh: '用满足实际需要的专用工具代替它,或在沙箱中运行并加以说明;在网关后面,只允许少数角色使用。',
  },
  ask: (facts) =>
    askEachTool(
      facts,
      (tool) => {
        const runner = runsAnything(tool);
        if (runner === undefined || runner.where === 'sandbox' || runner.where === 'page') return undefined;
        const { parameter } = runner;
        if (runner.where === 'program')
          return warn(
            {
              en: `It runs one program with arguments of the caller's choosing ("${parameter}").`,
              zh: `它用调用者给出的参数(“${parameter}”)运行一个程序。`,
            },
            { severity: 'low' },
          );
        return warn({
          en: `It runs what stands in "${parameter}", and nothing is said to keep that in.`,
          zh: `它运行“${parameter}”中的内容,没有说明任何隔离措施。`,
        });
      },
      (count) => ({
        en: `None of ${count} tools takes a command or code to run on the machine.`,
        zh: `${count} 个工具都不接受要在本机运行的命令或代码。`,
      }),
    ),
});
