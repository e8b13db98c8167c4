import type { Answer, MoreCalls, MoreSeen, Outcome, Plan, Seen, Target, Tool, ToolCall } from './plan.ts';

/** What every client can do, in the same words. */
export interface Session {
  listTools(): Promise<readonly Tool[]>;
  /** Resolves with a result as the client shows it. */
  callTool(call: ToolCall, options?: CallOptions): Promise<unknown>;
  close(): Promise<void>;
  /** The protocol version that was agreed on, where the client tells. */
  readonly version?: string | undefined;
  /** It takes {@link CallOptions}. */
  readonly interactive?: true;
}

/** Options of a call that both SDKs know by these names. */
export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly onprogress?: (progress: { readonly progress: number; readonly total?: number | undefined }) => void;
}

/** Opens a client's session with a target. */
export type Open = (target: Target, plan: Plan) => Promise<Session>;

/** A target that has not been seen by then, in milliseconds, never will be. */
const TARGET_MS = 40_000;

/** Visits the targets of the plan on the command line, prints each outcome, ends the process. */
export async function drive(open: Open): Promise<never> {
  const plan = JSON.parse(process.argv[2] ?? '') as Plan;
  for (const target of plan.targets) {
    const outcome: Outcome = { name: target.name, ...(await visit(open, target, plan)) };
    console.log(JSON.stringify(outcome));
  }
  // Some clients keep timers or connections; the next one is waiting.
  process.exit();
}

async function visit(open: Open, target: Target, plan: Plan): Promise<Seen | { failed: string }> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error('no end within the time')), TARGET_MS);
  try {
    return await Promise.race([look(open, target, plan), late.promise]);
  } catch (error) {
    return { failed: reasonOf(error) };
  } finally {
    clearTimeout(timer);
  }
}

async function look(open: Open, target: Target, plan: Plan): Promise<Seen> {
  const session = await open(target, plan);
  try {
    const tools = await session.listTools();
    const good = await answerOf(session.callTool(target.good));
    const { version } = session;
    if (target.more === undefined) return { version, tools, good };
    return { version, tools, good, more: await lookCloser(session, target.good, target.more) };
  } finally {
    await session.close();
  }
}

async function lookCloser(session: Session, good: ToolCall, more: MoreCalls): Promise<MoreSeen> {
  const seen = {
    bad: await answerOf(session.callTool(more.bad)),
    unknown: await answerOf(session.callTool({ name: 'no-such-tool', arguments: {} })),
  };
  if (session.interactive !== true) return seen;
  const cancelled = { call: await cancel(session, good, more), next: await answerOf(session.callTool(good)) };
  return {
    ...seen,
    cancelled,
    ...(more.brief === undefined ? {} : { progress: await progressOf(session, more.brief) }),
  };
}

/** Cancels a call while the server works on it; where the server has no slow tool, as soon as it is sent. */
async function cancel(session: Session, good: ToolCall, { slow }: MoreCalls): Promise<Answer> {
  const controller = new AbortController();
  const { signal } = controller;
  const abort = (): void => controller.abort(new Error('cancelled by the test'));
  if (slow !== undefined) return answerOf(session.callTool(slow, { signal, onprogress: abort }));
  const call = answerOf(session.callTool(good, { signal }));
  abort();
  return call;
}

async function progressOf(session: Session, call: ToolCall): Promise<string[]> {
  const seen: string[] = [];
  await session.callTool(call, { onprogress: ({ progress, total }) => seen.push(`${progress}/${total}`) });
  return seen;
}

async function answerOf(call: Promise<unknown>): Promise<Answer> {
  try {
    const result = await call;
    return { result, isError: (result as { isError?: unknown }).isError === true };
  } catch (error) {
    const { code } = error as { code?: unknown };
    return typeof code === 'number' ? { thrown: reasonOf(error), code } : { thrown: reasonOf(error) };
  }
}

/** What was thrown, with its causes: some clients say what happened only there. */
function reasonOf(error: unknown): string {
  const causes: string[] = [];
  for (let each = error; each instanceof Error && causes.length < 4; each = each.cause) causes.push(each.message);
  return causes.length === 0 ? String(error) : causes.join(': ');
}
