/** Drives the Inspector's CLI, one process a request, as the plan on the command line says and prints the outcome. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { planOfProcess } from './exercise.ts';
import type { Answer, Outcome, ToolCall } from './plan.ts';

const plan = planOfProcess();
const program = join(import.meta.dirname, 'node_modules', '.bin', 'inspector');
const target = ['--cli', plan.url, '--transport', 'http', '--format', 'json'];
const header = plan.key === undefined ? [] : ['--header', `Authorization: Bearer ${plan.key}`];

interface Printed {
  readonly result?: { readonly tools?: readonly { name: string }[]; readonly content?: readonly { text?: string }[] };
  readonly error?: { readonly code?: string };
}

const listed = await inspect(['--method', 'tools/list']);
const outcome: Outcome = {
  tools: (listed.stdout.result?.tools ?? []).map((tool) => tool.name),
  good: await call(plan.good),
  bad: await call(plan.bad),
  unknown: await call({ name: 'no-such-tool', arguments: {} }),
};
console.log(JSON.stringify(outcome));

async function call({ name, arguments: args }: ToolCall): Promise<Answer> {
  const options = ['--method', 'tools/call', '--tool-name', name, '--tool-args-json', JSON.stringify(args)];
  const { stdout, stderr } = await inspect(options);
  const failure = stderr.error?.code;
  const text = stdout.result?.content?.[0]?.text;
  if (text === undefined) return { thrown: failure ?? 'nothing printed' };
  return { text, isError: failure === 'tool_is_error' };
}

/** What the CLI printed; its exit code says no more than its error envelope does. */
function inspect(options: readonly string[]): Promise<{ stdout: Printed; stderr: Printed }> {
  const args = [program, ...target, ...header, ...options];
  return new Promise((resolve) => {
    execFile(process.execPath, args, (_error, stdout, stderr) => {
      resolve({ stdout: lastObject(stdout), stderr: lastObject(stderr) });
    });
  });
}

/** The last line that is a JSON object; the CLI may write advice before it. */
function lastObject(text: string): Printed {
  const line = text.split('\n').findLast((each) => each.startsWith('{'));
  return line === undefined ? {} : (JSON.parse(line) as Printed);
}
