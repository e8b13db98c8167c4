import { defineCheck } from '../../../check.ts';
import { answerReported, type Objection } from '../reported.ts';

/** Asks what the server says of permissions that follow the task, and whether its own figures bear it out. */
export const apiTaskPermissions = defineCheck({
  id: 'api-task-permissions',
  control: 'C05',
  part: 'api',
  severity: 'medium',
  basis: 'told',
  title: {
    en: 'The server says that permissions follow the task.',
    zh: '服务器自述权限随任务动态调整。',
  },
  remedy: {
    en: 'Narrow what a session may do to its task, and let grants expire. In Merlon, describe the work in permissions.tasks.types and name a type as default_task of each role.',
    zh: '将会话权限收窄到任务所需，并使授权到期失效。在 Merlon 中，用 permissions.tasks.types 描述工作，并在每个角色的 default_task 中指定一个类型。',
  },
  ask: (facts) => answerReported(facts, 'C05', 'here', contradiction),
});

const contradiction: Objection = (facts, enforced) => {
  if (Object.hasOwn(facts, 'task_types') && facts['task_types'] === 0) {
    return {
      en: 'The server says that it does it, and has no task types.',
      zh: '服务器自述已实施，但未配置任何任务类型。',
    };
  }
  const without = Object.hasOwn(facts, 'roles_without_task') ? facts['roles_without_task'] : undefined;
  if (enforced === 'partly' || typeof without !== 'number' || without === 0) return undefined;
  return {
    en: `The server says that it does it, and ${without} of its roles hold for every task.`,
    zh: `服务器自述已实施，但有 ${without} 个角色对所有任务都有效。`,
  };
};
