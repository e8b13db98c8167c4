import { notEnforced } from './not-enforced.ts';
import { closeInheritedDescriptors } from '../gateway/descriptors.ts';
import { report } from './report.ts';
import { type Running, serve } from './serve.ts';

/** `merlon serve`: runs until SIGINT or SIGTERM, reads the configuration again on SIGHUP. */
export async function runServe(config: string, options: { readonly allowUnsafeBind: boolean }): Promise<void> {
  closeInheritedDescriptors();
  const err = (text: string): void => void process.stderr.write(text);
  const running = await serve(config, { ...options, env: process.env, stderr: err });
  // Listening for signals begins before anybody is told that there is something to stop.
  const stopped = untilStopped(running, err);
  announce(running, (text) => void process.stdout.write(text));
  await stopped;
}

/** Says where the gateway answers and what deserves attention. */
export function announce({ url, loaded }: Running, out: (text: string) => void): void {
  const { config, warnings, switchedOff } = loaded;
  out(`MCP address   ${url}/mcp\n`);
  for (const [name, { disabled }] of Object.entries(config.mcpServers))
    if (!disabled) out(`              ${url}/mcp/${name}\n`);
  out(`Audit log     ${config.security.audit_log_enabled ? config.security.audit_log_path : 'switched off'}\n`);
  for (const { place, message } of warnings)
    out(`Warning       ${place.file}:${place.line}:${place.column} ${message}\n`);
  for (const { key, sentence } of switchedOff) out(`Switched off  ${key}: ${sentence}\n`);
  for (const sentence of notEnforced(config)) out(`Not enforced  ${sentence}\n`);
}

/** Serves until a signal; a second one ends the process at once. */
export async function untilStopped(running: Running, err: (text: string) => void): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  process.on('SIGHUP', () => {
    running.reload().catch((error: unknown) => {
      running.log.error('configuration refused, the old one stays', { error });
      report(error, err);
    });
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      process.once(signal, () => process.exit(130));
      resolve();
    });
  }
  await promise;
  // The time-outs of the stopping do not keep the process alive by themselves; with nothing else left to wait for it
  // would end in the middle of it.
  const hold = setInterval(() => {}, 60_000);
  await running.stop().finally(() => clearInterval(hold));
}
