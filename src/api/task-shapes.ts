import { z } from '@hono/zod-openapi';
import { MAX_REQUEST, resources } from '../policy/task/task.ts';

const tool = z.string().min(3).max(200).describe('`upstream/name`.');
const why = z.string().min(1).max(500).describe('Kept in the audit log.');
const scopes = z.array(z.string().min(1).max(2_000)).max(100);

/** What a task is opened with. */
export const contextShape = z
  .strictObject({
    type: z.string().min(1).max(64).optional().describe('Kind of task, as in `permissions.tasks.types`.'),
    request: z.string().max(MAX_REQUEST).optional().describe("What the user asked for, in the user's own words."),
    resources: z.array(z.enum(resources)).max(3).optional(),
    scopes: z
      .strictObject({ read: scopes.optional(), write: scopes.optional(), execute: scopes.optional() })
      .optional()
      .describe('Such as `files:/tmp/`, `network:https://api.example.com/`, `sandboxed_code`; they only narrow.'),
    tools: z.array(tool).max(1_000).optional().describe('Default: all that the type gives.'),
    agent: z.string().max(128).optional().describe('Whose model or program works on it, for the record.'),
    seconds: z.int().min(1).max(86_400).optional().describe('Default and limit: that of the type.'),
    parent: z.string().max(64).optional().describe('Id of the task that this one is a part of.'),
  })
  .openapi('TaskContext');

/** A grant, as in the configuration, with what belongs to one task. */
export const grantShape = z.record(z.string(), z.unknown()).openapi('TaskGrant');

export const taskShape = z
  .object({
    id: z.string(),
    type: z.string(),
    principal: z.string(),
    role: z.string(),
    agent: z.string().optional(),
    parent: z.string().optional(),
    status: z.enum(['open', 'closed', 'expired', 'revoked']),
    opened_at: z.string(),
    expires_at: z.string(),
    epoch: z.int().describe('Goes up by one with each change of the grants.'),
    exposed: z.boolean().describe('It has seen output of an untrusted tool.'),
    grants: z.array(grantShape),
  })
  .openapi('Task');

export const tasksShape = z.array(taskShape).openapi('Tasks');

export const openedShape = z
  .object({
    task: taskShape,
    credential: z.string().describe('Bearer token for calls under the task. Shown once.'),
    left_out: z.array(z.object({ tool: z.string(), why: z.string() })).describe('What the task was not given.'),
  })
  .openapi('OpenedTask');

/** Other grants for a task: narrower ones hold at once, others wait for a person. */
export const changeShape = z
  .strictObject({ grants: z.array(z.record(z.string(), z.unknown())).max(1_000), why })
  .openapi('TaskChange');

export const changedShape = z
  .object({ outcome: z.enum(['narrowed', 'asks']), task: taskShape.optional(), approval: z.string().optional() })
  .openapi('TaskChangeAnswer');

export const endedShape = z.object({ ended: z.array(z.string()) }).openapi('EndedTasks');

export const approvalShape = z
  .object({
    id: z.string(),
    task: z.string(),
    principal: z.string(),
    state: z.enum(['open', 'approved', 'denied', 'expired', 'used']),
    opened_at: z.string(),
    expires_at: z.string(),
    second_factor: z.boolean(),
    tool: z.string().optional(),
    args: z.string().optional().describe('Of a call: its arguments, masked.'),
    because: z.array(z.string()).optional().describe('Of a call: why the task does not allow it by itself.'),
    grants: z.array(grantShape).optional().describe('Of a wider task: all that it would have then.'),
    asked_why: z.string().optional().describe('Of a wider task: what was said when it was asked for.'),
    answer: z
      .object({ by: z.string(), through: z.enum(['client', 'api', 'terminal']), why: z.string(), at: z.string() })
      .optional(),
  })
  .openapi('Approval');

export const approvalsShape = z.array(approvalShape).openapi('Approvals');

export const answerShape = z
  .strictObject({
    verdict: z.enum(['approved', 'denied']),
    why,
    through: z.enum(['api', 'terminal']).optional().describe('Default `api`.'),
    proof: z.string().max(4_096).optional().describe('The second factor, where one is asked for.'),
  })
  .openapi('ApprovalAnswer');
