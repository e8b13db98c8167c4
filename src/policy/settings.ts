import { z } from 'zod';
import { MerlonError } from '../kernel/errors.ts';
import type { DeepReadonly } from '../kernel/readonly.ts';
import { parsePermission } from './permission.ts';

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
});

/** The `permissions` section. */
export const permissionsSettings = z.strictObject({
  model: z.enum(['rbac']).default('rbac').describe('How permissions are given: by role.'),
  roles: z
    .array(role)
    .superRefine(refuseSameNames, { when: () => true })
    .default([
      { name: 'admin', permissions: ['*:*'] },
      { name: 'user', permissions: ['read:*', 'execute:tool'] },
      { name: 'guest', permissions: ['read:info'] },
    ])
    .describe('The roles. A list of your own replaces the three default roles.'),
});

/** Who may do what, by role. */
export type PermissionsSettings = DeepReadonly<z.output<typeof permissionsSettings>>;
/** One role: its name and what it may do. */
export type RoleSettings = PermissionsSettings['roles'][number];

// Runs even when a role is malformed, so that all problems are seen at once: `roles` is then anything at all.
function refuseSameNames(roles: unknown, context: z.core.$RefinementCtx): void {
  if (!Array.isArray(roles)) return;
  const seen = new Set<string>();
  for (const [index, item] of roles.entries()) {
    const name = (item as { name?: unknown } | null | undefined)?.name;
    if (typeof name !== 'string') continue;
    if (seen.has(name)) {
      context.addIssue({ code: 'custom', path: [index, 'name'], message: 'is the name of an earlier role' });
    }
    seen.add(name);
  }
}
