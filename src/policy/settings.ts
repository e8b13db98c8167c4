import { z } from 'zod';
import { MerlonError } from '../kernel/errors.ts';
import type { DeepReadonly } from '../kernel/readonly.ts';
import { guardrailSettings } from './guardrail/settings.ts';
import { parsePermission } from './permission.ts';
import { ceilingEffects } from './task/role-ceiling.ts';
import { refuseSameNames, tasksSettings } from './task/settings.ts';

const permission = z.string().superRefine((text, context) => {
  try {
    parsePermission(text);
  } catch (error) {
    // Not its message, which repeats the text: a secret may have slipped in here.
    const todo = error instanceof MerlonError ? error.todo : '';
    context.addIssue({ code: 'custom', message: `is no permission (${todo.replace(/\.$/, '')})` });
  }
});

const role = z.strictObject({
  name: z
    .string()
    .regex(/^\S{1,64}$/, 'a role name of 1 to 64 characters without spaces')
    .describe('The name that credentials carry: 1 to 64 characters without spaces, unique.'),
  permissions: z
    .array(permission)
    .describe('What the role may do, as `action:resource`. `*` stands for everything; an empty list for nothing.'),
  default_task: z
    .string()
    .optional()
    .describe('The task type under which callers work who open no task. Default: none, they have the whole role.'),
  effects: z
    .array(z.enum(ceilingEffects))
    .optional()
    .describe(
      'What tools that this role calls may be able to do, whatever its permissions and tasks say. Default: all; of the role `guest`: `read` and `sandboxed_code`.',
    ),
});

/** The `permissions` section. */
export const permissionsSettings = z.strictObject({
  model: z.enum(['rbac']).default('rbac').describe('How permissions are given: by role.'),
  roles: z
    .array(role)
    .superRefine((roles, context) => refuseSameNames(roles, context, 'role'), { when: () => true })
    .default([
      { name: 'admin', permissions: ['*:*'] },
      { name: 'user', permissions: ['read:*', 'execute:tool'] },
      { name: 'guest', permissions: ['read:info'] },
    ])
    .describe('The roles. A list of your own replaces the three default roles.'),
  guardrails: guardrailSettings
    .optional()
    .describe('Policies of the organisation that forbid whatever roles and tasks allow. Default: none.'),
  tasks: tasksSettings.prefault({}).describe('Permissions that follow the task: its types, approvals and bounds.'),
});

/** Who may do what, by role. */
export type PermissionsSettings = DeepReadonly<z.output<typeof permissionsSettings>>;
/** One role: its name and what it may do. */
export type RoleSettings = PermissionsSettings['roles'][number];
