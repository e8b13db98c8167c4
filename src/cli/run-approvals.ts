import { isObject, type JsonObject } from '../kernel/jsonrpc.ts';
import { openApi } from './api-client.ts';
import { pathOf, print, type TaskApiOptions, textOf } from './run-task.ts';

/** Prints what waits for a person. */
export async function listApprovals(options: TaskApiOptions & { readonly state: string }): Promise<void> {
  const path = `/api/v2/approvals?state=${encodeURIComponent(options.state)}`;
  const list = await (await openApi(options))('GET', path);
  if (options.json === true) return print(list);
  const all = Array.isArray(list) ? list.filter(isObject) : [];
  if (all.length === 0) process.stdout.write(`Nothing is ${options.state}.\n`);
  for (const one of all) process.stdout.write(`${describe(one)}\n`);
}

/** Answers one. */
export async function answerApproval(
  id: string,
  verdict: 'approved' | 'denied',
  options: TaskApiOptions & { readonly why: string; readonly proofEnv?: string },
): Promise<void> {
  const { why, proofEnv, env } = options;
  const proof = proofEnv === undefined ? undefined : env[proofEnv];
  const body: JsonObject = { verdict, why, through: 'terminal', ...(proof === undefined ? {} : { proof }) };
  const answer = await (await openApi(options))('POST', pathOf('approvals', id), body);
  if (options.json === true) return print(answer);
  process.stdout.write(`${isObject(answer) ? describe(answer) : ''}\n`);
}

function describe(approval: JsonObject): string {
  const { id, task, principal, state, expires_at: expires, tool, args, because, second_factor: factor } = approval;
  const { grants, asked_why: why } = approval;
  const lines = [
    `${textOf(id)}  ${textOf(state)}  ${textOf(tool ?? 'more permissions')} for ${textOf(principal)} (${textOf(task)})`,
    ...(state === 'open' ? [`  until ${textOf(expires)}${factor === true ? ', with a second factor' : ''}`] : []),
    ...(args === undefined ? [] : [`  arguments: ${textOf(args)}`]),
    ...(typeof why === 'string' ? [`  asked for because: ${textOf(why)}`] : []),
    ...(Array.isArray(grants) ? grants.map((one) => `  ${textOf(one)}`) : []),
    ...(Array.isArray(because) ? because.map((one) => `  ${textOf(one)}`) : []),
  ];
  return lines.join('\n');
}
