import { MerlonError } from '../../kernel/errors.ts';
import type { Json, JsonObject, Id, Response } from '../../kernel/jsonrpc.ts';
import { failure, success } from '../../kernel/jsonrpc.ts';
import type { Objection } from '../../policy/grant/call-decision.ts';
import { explainObjections, objectionData } from '../../policy/grant/explain.ts';
import type { TaskGrant } from '../../policy/grant/task-grant.ts';
import { writtenGrant } from '../../policy/grant/written-grant.ts';
import type { Task } from '../../policy/task/task.ts';
import type { Approval } from './tasks.ts';

/** Where a denied result says why, in its `_meta`. */
export const DENIAL = 'merlon/denial';

/** What came of asking a person. */
export interface Asked {
  readonly approval: Approval;
  /** True where the call may be made again once somebody has said yes. */
  readonly isOpen: boolean;
}

/** A grant that would cover the call, and the tasks that lack it. */
export interface Proposal {
  readonly grant: TaskGrant;
  readonly to: readonly string[];
}

/** What a denied caller is told besides the reasons. */
export interface WhatElse {
  readonly asked?: Asked | undefined;
  readonly proposal?: Proposal | undefined;
}

/** The refusal of a call by its task: which rule, what to ask for, of whom; nothing that the caller may not know. */
export function denied(
  task: Task | undefined,
  tool: string,
  because: readonly Objection[],
  { asked, proposal }: WhatElse = {},
): MerlonError {
  const sentences = explainObjections(because);
  const next = whatNext(task, asked);
  const data = {
    ...(task === undefined ? {} : { task: task.id }),
    tool,
    because: because.map(objectionData),
    ...(asked === undefined ? {} : { approval: { id: asked.approval.id, state: asked.approval.state } }),
    ...(proposal === undefined ? {} : proposalData(proposal)),
    ask: next,
  };
  const who = task === undefined ? 'Your role' : 'The task';
  return new MerlonError('CALL_DENIED', [`${who} does not allow this call.`, ...sentences].join(' '), {
    data,
    todo: next,
  });
}

/** Longest grant that is proposed, characters: whoever asks for more asks for something else. */
const MAX_PROPOSAL = 4_096;

function proposalData({ grant, to }: Proposal): { readonly proposal?: JsonObject } {
  const written = writtenGrant(grant);
  return JSON.stringify(written).length > MAX_PROPOSAL ? {} : { proposal: { grant: written, tasks: [...to] } };
}

function whatNext(task: Task | undefined, asked: Asked | undefined): string {
  if (task === undefined) return 'Ask an administrator; a task cannot give what the role may never do.';
  if (asked === undefined) return 'Ask for a wider task, or whoever runs the gateway for a task type that allows it.';
  const { id, state } = asked.approval;
  if (asked.isOpen) return `Have somebody approve ${id} (merlon approvals), then make the very same call again.`;
  return state === 'expired' ? 'Nobody answered in time; ask again later.' : 'Somebody has said no to this call.';
}

/**
 * How a client is told of a refusal: that a task does not allow a call is the tool's result, so that a model can read
 * it and do otherwise; anything else is an error of the protocol.
 */
export function refusalAnswer(id: Id, error: MerlonError, isModern: boolean): Response {
  if (error.code !== 'CALL_DENIED') return failure(id, error);
  const { data = {} } = error;
  const denial = { code: error.code, message: error.message, ...data } as Record<string, Json>;
  const result: JsonObject = {
    ...(isModern ? { resultType: 'complete' } : {}),
    content: [{ type: 'text', text: `${error.message} ${error.todo}` }],
    isError: true,
    _meta: { [DENIAL]: denial },
  };
  return success(id, result);
}
