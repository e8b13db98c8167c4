import { defineCheck, pass, warn } from '../../../check.ts';
import { firstOf, said, says, sentence, whereOf } from '../setting.ts';

const PATHS = [
  'tasks',
  'task_grants',
  'grants',
  'dynamic',
  'dynamic_permissions',
  'task_context',
  'minimize',
  'minimise',
].map((key) => `permissions.${key}`);

/** C05: rights shrink to what a task needs. */
export const configTaskPermissions = defineCheck<'config'>({
  id: 'config-task-permissions',
  control: 'C05',
  part: 'config',
  severity: 'medium',
  title: { en: 'Permissions are narrowed to the task at hand.', zh: '权限会缩小到当前任务所需的范围。' },
  remedy: {
    en: 'Give each task a grant of its own: the tools it needs, until when; or keep roles narrow enough that it makes no difference.',
    zh: '为每个任务单独授权：所需工具与有效期；或者让角色足够窄，使两者没有差别。',
  },
  ask(facts) {
    const path = PATHS.find((one) => says(facts, one));
    if (path !== undefined) {
      const value = firstOf(facts, [path])?.setting.value;
      const isOff = value === false || value === 'off' || value === 'none';
      const more = { where: whereOf(facts, path) };
      return isOff
        ? warn(sentence(said(facts, path)), more)
        : pass({ en: `\`${path}\` is configured.`, zh: `已配置 \`${path}\`。` }, more);
    }
    const where = whereOf(facts, 'permissions');
    return facts.isMerlon
      ? warn(
          {
            en: 'A role holds for every task: this version of Merlon gives no grants for single tasks.',
            zh: '角色对所有任务都有效：此版本的 Merlon 尚不支持按任务授权。',
          },
          { where },
        )
      : warn(
          { en: 'Nothing in the file narrows permissions to a task.', zh: '文件中没有按任务缩小权限的设置。' },
          { where },
        );
  },
});
