/** The cheapest MCP server of the 2025 era over stdio: `node mock-stdio.ts`, one message a line. */
import { type Call, replyTo } from './mock-echo.ts';

const welcome = {
  protocolVersion: '2025-11-25',
  capabilities: { tools: {} },
  serverInfo: { name: 'mock', version: '1.0.0' },
};
let rest = '';

process.stdin.setEncoding('utf8').on('data', (text: string) => {
  const lines = (rest + text).split('\n');
  rest = lines.pop() ?? '';
  // Its only client is the gateway, so the shape is taken as said.
  for (const line of lines) answer(JSON.parse(line) as Call);
});

function answer(call: Call): void {
  const { id, method } = call;
  if (id === undefined) return;
  const reply = method === 'initialize' ? { jsonrpc: '2.0', id, result: welcome } : replyTo(call);
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}
