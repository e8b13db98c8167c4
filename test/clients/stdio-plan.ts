/** What a driver of a client over stdio is told to do, and what it saw: each driver prints the latter as JSON. */
export interface StdioPlan {
  /** The server to start. */
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** How SDK v2 finds out what the server speaks; v1 knows no other way than `legacy`. */
  readonly mode?: 'legacy' | 'auto' | 'modern';
  /** A call that succeeds. */
  readonly good: ToolCall;
  /** A call that the server turns down. */
  readonly bad: ToolCall;
  /** Calls that report progress: one that takes seconds unless it is cancelled, one short enough to be waited for. */
  readonly slow?: ToolCall;
  readonly brief?: ToolCall;
  /** Calls in which the server asks the client. */
  readonly asking?: readonly ToolCall[];
}

export interface ToolCall {
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

export interface StdioOutcome {
  readonly tools: readonly string[];
  readonly good: string;
  readonly bad: string;
  readonly cancelled: string;
  /** A good call after that. */
  readonly next: string;
  readonly progress: readonly number[];
  /** What the asking calls answered. */
  readonly asking: readonly string[];
  /** What the client was asked, by method. */
  readonly asked: readonly string[];
  /** What the transport complained of, such as lines on stdout that are no message. */
  readonly complaints: readonly string[];
}

/** What both SDKs can do, in the same words. */
export interface StdioSubject {
  listTools(): Promise<{ readonly tools: readonly { readonly name: string }[] }>;
  callTool(call: ToolCall, options?: CallOptions): Promise<unknown>;
  close(): Promise<void>;
}

interface CallOptions {
  readonly signal?: AbortSignal;
  readonly onprogress?: (progress: { readonly progress: number }) => void;
}

/** The plan that the driver was started with. */
export const plan = JSON.parse(process.argv[2] ?? '') as StdioPlan;

/** What a client answers when it is asked, by method. */
export const ANSWERS = {
  'roots/list': { roots: [{ uri: 'file:///projects/merlon', name: 'merlon' }] },
  'sampling/createMessage': {
    role: 'assistant',
    model: 'none',
    content: { type: 'text', text: 'sampled by the test' },
  },
  'elicitation/create': { action: 'accept', content: { name: 'Ann', check: true } },
} as const;

/** Does what the plan says with a connected client, prints the outcome, closes the client. */
export async function exerciseStdio(subject: StdioSubject, asked: string[], complaints: string[]): Promise<void> {
  const { tools } = await subject.listTools();
  const progress: number[] = [];
  const outcome: StdioOutcome = {
    tools: tools.map(({ name }) => name),
    good: await answerOf(subject.callTool(plan.good)),
    bad: await answerOf(subject.callTool(plan.bad)),
    cancelled: plan.slow === undefined ? '' : await cancelled(subject, plan.slow),
    next: await answerOf(subject.callTool(plan.good)),
    progress,
    asking: [],
    asked,
    complaints,
  };
  if (plan.brief !== undefined) {
    await subject.callTool(plan.brief, { onprogress: (one) => void progress.push(one.progress) });
  }
  const asking: string[] = [];
  for (const call of plan.asking ?? []) asking.push(await answerOf(subject.callTool(call)));
  await subject.close();
  console.log(JSON.stringify({ ...outcome, asking }));
}

/** Cancels a call while the server works on it. */
async function cancelled(subject: StdioSubject, call: ToolCall): Promise<string> {
  const controller = new AbortController();
  const cancel = (): void => controller.abort(new Error('cancelled by the test'));
  return await answerOf(subject.callTool(call, { signal: controller.signal, onprogress: cancel }));
}

async function answerOf(call: Promise<unknown>): Promise<string> {
  try {
    const { content, isError } = (await call) as { content: readonly { text?: string }[]; isError?: boolean };
    const text = content.map((one) => one.text ?? '').join('\n');
    return isError === true ? `error: ${text}` : text;
  } catch (error) {
    return `thrown: ${error instanceof Error ? error.message : String(error)}`;
  }
}
