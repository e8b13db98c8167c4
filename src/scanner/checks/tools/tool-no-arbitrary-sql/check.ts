import { takesSql } from '../../../../detect/takes-sql.ts';
import { defineCheck, warn } from '../../../check.ts';
import { askEachTool } from '../each-tool.ts';

/** Asks whether a tool takes whole SQL statements and may write. */
export const toolNoArbitrarySql = defineCheck({
  id: 'tool-no-arbitrary-sql',
  control: 'C14',
  part: 'tools',
  severity: 'medium',
  title: {
    en: 'No tool passes SQL of the caller’s to a database that it may write.',
    zh: '没有工具把调用者给出的 SQL 交给可写的数据库。',
  },
  remedy: {
    en: 'Give the server a database account that can only read, or offer tools with fixed statements and bound parameters.',
    zh: '为服务器使用只读的数据库账户,或提供语句固定、参数绑定的工具。',
  },
  ask: (facts) =>
    askEachTool(
      facts,
      (tool) => {
        const parameter = takesSql(tool);
        if (parameter === undefined) return undefined;
        return warn({
          en: `It executes the SQL in "${parameter}" and does not say that it can only read.`,
          zh: `它执行“${parameter}”中的 SQL,且没有说明只能读取。`,
        });
      },
      (count) => ({
        en: `None of ${count} tools takes SQL without being read-only.`,
        zh: `${count} 个工具中没有接受 SQL 而又不是只读的。`,
      }),
    ),
});
