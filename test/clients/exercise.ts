import type { Answer, Outcome, Plan, ToolCall } from './plan.ts';

/** What both SDKs can do, in the same words. */
export interface Subject {
  listTools(): Promise<{ readonly tools: readonly { readonly name: string }[] }>;
  callTool(call: ToolCall, options?: CallOptions): Promise<unknown>;
  close(): Promise<void>;
}

/** Options of a call that both SDKs know by these names. */
export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly onprogress?: (progress: { readonly progress: number; readonly total?: number | undefined }) => void;
}

/** Does what the plan says with a connected client, prints the outcome, closes the client. */
export async function exercise(subject: Subject, plan: Plan): Promise<void> {
  const { tools } = await subject.listTools();
  const outcome: Outcome = {
    tools: tools.map((tool) => tool.name),
    good: await answerOf(subject.callTool(plan.good)),
    bad: await answerOf(subject.callTool(plan.bad)),
    unknown: await answerOf(subject.callTool({ name: 'no-such-tool', arguments: {} })),
    cancelled: { call: await cancelled(subject, plan), next: await answerOf(subject.callTool(plan.good)) },
    ...(plan.brief === undefined ? {} : { progress: await progressOf(subject, plan.brief) }),
  };
  console.log(JSON.stringify(outcome));
  await subject.close();
}

/** Cancels a call while the server works on it; where the server has no slow tool, as soon as it is sent. */
async function cancelled(subject: Subject, plan: Plan): Promise<Answer> {
  const controller = new AbortController();
  const { signal } = controller;
  const cancel = (): void => controller.abort(new Error('cancelled by the test'));
  if (plan.slow !== undefined) return answerOf(subject.callTool(plan.slow, { signal, onprogress: cancel }));
  const call = answerOf(subject.callTool(plan.good, { signal }));
  cancel();
  return call;
}

async function progressOf(subject: Subject, call: ToolCall): Promise<string[]> {
  const seen: string[] = [];
  await subject.callTool(call, { onprogress: ({ progress, total }) => seen.push(`${progress}/${total}`) });
  return seen;
}

async function answerOf(call: Promise<unknown>): Promise<Answer> {
  try {
    const { content, isError } = (await call) as { content: readonly { text?: string }[]; isError?: boolean };
    return { text: content[0]?.text ?? '', isError: isError === true };
  } catch (error) {
    const { code, message } = error as { code?: unknown; message: string };
    return typeof code === 'number' ? { thrown: message, code } : { thrown: message };
  }
}

/** The plan that the driver was started with. */
export function planOfProcess(): Plan {
  return JSON.parse(process.argv[2] ?? '') as Plan;
}

/** The headers of every request. */
export function headersOf(plan: Pick<Plan, 'key'>): Record<string, string> {
  return plan.key === undefined ? {} : { authorization: `Bearer ${plan.key}` };
}
