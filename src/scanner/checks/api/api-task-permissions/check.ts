import { defineCheck } from '../../../check.ts';
import { answerReported } from '../reported.ts';

/** Asks what the server says of permissions that follow the task. */
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
    en: 'Narrow what a session may do to its task, and let grants expire.',
    zh: '将会话权限收窄到任务所需，并使授权到期失效。',
  },
  ask: (facts) => answerReported(facts, 'C05', 'here'),
});
