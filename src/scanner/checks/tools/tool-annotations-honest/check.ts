import { effectOf } from '../../../../detect/capabilities.ts';
import { defineCheck, fail, warn } from '../../../check.ts';
import { askEachTool } from '../each-tool.ts';

const ONLY_PREPARES =
  /\b(?:preview|dry[- ]run|draft|simulat\w{1,5}|read-only|without (?:changing|modifying|saving))\b/i;
const DELETES = /^(?:[a-z0-9]{1,20}[_-])?(?:delete|remove|drop|destroy|purge|wipe|erase)(?:[_-]|[A-Z]|$)/;

/** Asks whether annotations agree with what tools are called. */
export const toolAnnotationsHonest = defineCheck({
  id: 'tool-annotations-honest',
  control: 'C14',
  part: 'tools',
  severity: 'medium',
  title: {
    en: 'No tool claims to be read-only while its name says that it changes something.',
    zh: '没有工具一边自称只读,一边在名称中表明会做修改。',
  },
  remedy: {
    en: 'Set `readOnlyHint: false` (and `destructiveHint: true` where something is lost), or rename the tool.',
    zh: '将 `readOnlyHint` 设为 `false`(有内容会丢失时设 `destructiveHint: true`),或者为工具改名。',
  },
  ask: (facts) =>
    askEachTool(
      facts,
      ({ name, description, annotations }) => {
        const effect = effectOf(name);
        if (
          annotations.readOnlyHint === true &&
          effect !== undefined &&
          !ONLY_PREPARES.test(description.slice(0, 400))
        ) {
          const seen = {
            en: `It says readOnlyHint: true, and is called "${name}".`,
            zh: `它声明 readOnlyHint: true,名称却是“${name}”。`,
          };
          return effect === 'destroys' ? fail(seen) : warn(seen, { severity: 'low' });
        }
        if (annotations.destructiveHint === false && annotations.readOnlyHint !== true && DELETES.test(name))
          return warn(
            {
              en: `It says destructiveHint: false, and is called "${name}".`,
              zh: `它声明 destructiveHint: false,名称却是“${name}”。`,
            },
            { severity: 'low' },
          );
        return undefined;
      },
      (count) => ({
        en: `No annotation of ${count} tools contradicts its name.`,
        zh: `${count} 个工具的注解与名称没有矛盾。`,
      }),
    ),
});
