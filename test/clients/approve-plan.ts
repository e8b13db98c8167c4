/** What a driver of a client that shows forms is told to do, and what it saw: it prints the latter as JSON. */
export interface ApprovePlan {
  readonly url: string;
  readonly token: string;
  /** What the user does with the forms, one after the other. */
  readonly answers: readonly FormAnswer[];
  /** Calls, one after the other. */
  readonly calls: readonly { readonly name: string; readonly arguments: Readonly<Record<string, unknown>> }[];
}

export interface FormAnswer {
  readonly action: 'accept' | 'decline' | 'cancel';
  readonly content?: { readonly approve: boolean; readonly why?: string };
}

export interface ApproveOutcome {
  readonly version: string | undefined;
  /** The forms that the user was shown. */
  readonly asked: readonly string[];
  /** What each call came to, as the client shows it. */
  readonly results: readonly unknown[];
}

/** What both SDKs can do, in the same words. */
export interface ApproveSubject {
  callTool(call: ApprovePlan['calls'][number]): Promise<unknown>;
  close(): Promise<void>;
  version(): string | undefined;
}

/** The plan that the driver was started with. */
export const plan = JSON.parse(process.argv[2] ?? '') as ApprovePlan;

const asked: string[] = [];

/** What the user says to the next form. */
export function answerForm(message: string): {
  action: FormAnswer['action'];
  content?: Record<string, string | boolean>;
} {
  const answer = plan.answers[asked.length];
  asked.push(message);
  if (answer === undefined) throw new Error('Nobody expected this form.');
  const { action, content } = answer;
  return content === undefined ? { action } : { action, content: { ...content } };
}

/** Makes the calls and prints the outcome. */
export async function approveAndCall(subject: ApproveSubject): Promise<void> {
  const results: unknown[] = [];
  for (const call of plan.calls) results.push(await subject.callTool(call));
  const outcome: ApproveOutcome = { version: subject.version(), asked, results };
  console.log(JSON.stringify(outcome));
  await subject.close();
}
