import type { Text } from '../../../../kernel/text.ts';
import { type Answer, defineCheck, pass, warn, type Where } from '../../../check.ts';
import type { ConfigFacts } from '../../../facts/config.ts';
import { callsAnyTool } from '../permission.ts';
import { firstOf, itemsOf, rolesOf, said, says, sentence, textOf, unresolved, whereOf } from '../setting.ts';
import { type TaskType, taskTypesOf } from '../task-type.ts';

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
    en: 'Give each task a grant of its own: the tools it needs, until when; or name the tools of a role one by one. In Merlon, describe the work in permissions.tasks.types and name a type as default_task of each role.',
    zh: '为每个任务单独授权：所需工具与有效期；或者在角色中逐一列出工具。在 Merlon 中，用 permissions.tasks.types 描述工作，并在每个角色的 default_task 中指定一个类型。',
  },
  ask(facts) {
    if (facts.isMerlon) return askMerlon(facts);
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
    return warn(
      { en: 'Nothing in the file narrows permissions to a task.', zh: '文件中没有按任务缩小权限的设置。' },
      { where },
    );
  },
});

/** Of Merlon's own: each role that calls tools at will has to work under a task, whether its callers open one or not. */
function askMerlon(facts: ConfigFacts): Answer[] {
  const types = taskTypesOf(facts);
  const roles = rolesOf(facts).flatMap((role, at) =>
    role.permissions.some(callsAnyTool) ? [{ ...role, path: itemsOf(facts, 'permissions.roles')[at]?.path ?? '' }] : [],
  );
  if (roles.length === 0) {
    const seen = {
      en: 'No role may call more tools than it names one by one.',
      zh: '没有角色能调用其未逐一列出的工具。',
    };
    return [pass(seen, { where: whereOf(facts, 'permissions.roles') })];
  }
  return roles.map((role) => askRole(facts, role, types));
}

function askRole(
  facts: ConfigFacts,
  { name, where, path }: { readonly name: string; readonly where: Where; readonly path: string },
  types: ReadonlyMap<string, TaskType>,
): Answer {
  const key = `${path}.default_task`;
  const byDefault = textOf(facts, key);
  const more = { where: byDefault === undefined ? where : whereOf(facts, key), subject: name };
  const elsewhere = unresolved(facts, [key]);
  if (elsewhere !== undefined) return elsewhere;
  if (byDefault === undefined) return warn(withoutTask(name, types), more);
  const type = types.get(byDefault);
  if (type === undefined) {
    const seen = {
      en: `The role ${name} names the task type ${byDefault}, which there is not.`,
      zh: `角色 ${name} 指定的任务类型 ${byDefault} 不存在。`,
    };
    return warn(seen, more);
  }
  if (type.isBoundless) {
    const seen = {
      en: `Callers with the role ${name} work under the task type ${byDefault}, which gives every tool without a bound.`,
      zh: `角色 ${name} 的调用方在任务类型 ${byDefault} 下工作，但该类型不加限制地授予所有工具。`,
    };
    return warn(seen, { ...more, where: whereOf(facts, `${type.path}.pinned`) });
  }
  const seen = {
    en: `Callers with the role ${name} work under the task type ${byDefault}.`,
    zh: `角色 ${name} 的调用方在任务类型 ${byDefault} 下工作。`,
  };
  return pass(seen, more);
}

function withoutTask(name: string, types: ReadonlyMap<string, TaskType>): Text {
  const mayOpen = [...types.values()].some(({ roles }) => roles.includes(name));
  return mayOpen
    ? {
        en: `Callers with the role ${name} may open tasks, and have the whole role if they open none.`,
        zh: `角色 ${name} 的调用方可以开启任务；但若不开启，就拥有整个角色的权限。`,
      }
    : {
        en: `The role ${name} holds for every task: it has no task type.`,
        zh: `角色 ${name} 对所有任务都有效：没有为其配置任务类型。`,
      };
}
