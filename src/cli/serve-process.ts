import { serveStdio } from '../gateway/stdio-front.ts';
import type { Caller } from '../identity/caller.ts';
import type { StdioGateway } from './open-stdio-gateway.ts';

/** Whom the process serves, and with what. */
export interface ProcessService {
  readonly scope: string | undefined;
  readonly caller: () => Promise<Caller> | Caller;
}

/**
 * Serves MCP over this process's own stdin and stdout until its client closes them or a signal comes, then ends the
 * process: a client that reads no more would otherwise keep it.
 */
export async function serveProcess(gateway: StdioGateway, service: ProcessService): Promise<never> {
  const { stdin: input, stdout: output } = process;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      process.once(signal, () => process.exit(130));
      input.destroy();
    });
  }
  // Time-outs of the ending do not keep the process alive by themselves.
  setInterval(() => {}, 60_000);
  const { gate } = gateway;
  await serveStdio({ gate, ...service, input, output, maxLineBytes: gate.current.limits.maxBodyBytes });
  await gateway.close();
  return process.exit(0);
}

/** Writes to stderr; a client that does not read it, or has closed it, is its own affair. */
export function sayToStderr(text: string): void {
  process.stderr.write(text);
}

/** Makes a stderr that was closed no reason to end. */
export function tolerateClosedStderr(): void {
  process.stderr.on('error', () => {});
}
