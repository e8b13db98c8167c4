import { type Running, serve } from './serve.ts';
import { report } from './report.ts';

/** `merlon serve`: runs until SIGINT or SIGTERM, reads the configuration again on SIGHUP. */
export async function runServe(config: string, options: { readonly allowUnsafeBind: boolean }): Promise<void> {
  const running = await serve(config, { ...options, env: process.env, stderr: (text) => void process.stderr.write(text) });
  announce(running);
  await untilStopped(running);
}

/** Says where the gateway answers and what deserves attention. */
export function announce({ url, loaded }: Running, out: NodeJS.WritableStream = process.stdout): void {
  const { config, warnings, switchedOff } = loaded;
  out.write(`MCP address  ${url}/mcp\n`);
  for (const [name, { disabled }] of Object.entries(config.mcpServers)) if (!disabled) out.write(`             ${url}/mcp/${name}\n`);
  out.write(`Audit log    ${config.security.audit_log_enabled ? config.security.audit_log_path : 'switched off'}\n`);
  for (const { place, message } of warnings) out.write(`Warning      ${place.file}:${place.line}:${place.column} ${message}\n`);
  for (const { key, sentence } of switchedOff) out.write(`Switched off ${key}: ${sentence}\n`);
  for (const sentence of notEnforced(running(config))) out.write(`Not enforced ${sentence}\n`);
}
