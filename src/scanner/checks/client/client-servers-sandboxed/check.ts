import { type Answer, defineCheck } from '../../../check.ts';
import { containerRun } from '../../../launch/container-run.ts';
import type { ServerEntryFacts } from '../../../facts/client.ts';
import { programOf, unwrapLaunch } from '../../../launch/launch.ts';
import { about, eachEnabled, holds, seen } from '../each-server.ts';

export const clientServersSandboxed = defineCheck({
  id: 'client-servers-sandboxed',
  control: 'C13',
  part: 'client',
  severity: 'low',
  title: { en: 'Programs that the client starts are confined.', zh: '客户端启动的程序受到限制。' },
  remedy: {
    en: 'Run the server in a container or a sandbox that shows it only the folders and hosts that it needs.',
    zh: '在容器或沙箱中运行服务器，只开放所需的目录和主机。',
  },
  // MCP BP-51 and BP-72 to BP-73: servers run in a sandbox, with restricted access to files.
  ask: (facts) =>
    eachEnabled(
      facts,
      { en: 'No server is a program that the client starts.', zh: '没有由客户端启动的服务器程序。' },
      (server) => (server.command === undefined ? undefined : judge(server, server.command)),
    ),
});

const SANDBOXES = new Set([
  'bwrap',
  'firejail',
  'sandbox-exec',
  'nsjail',
  'flatpak',
  'systemd-run',
  'srt',
  'landrun',
  'wasmtime',
  'minijail0',
]);

function judge(server: ServerEntryFacts, command: string): Answer {
  const { args } = server;
  const inner = unwrapLaunch({ command, args });
  const program = programOf(inner.command);
  if (containerRun(inner) !== undefined) return holds(server, 'It runs in a container.', '在容器中运行。');
  if (SANDBOXES.has(program)) return holds(server, `It runs within ${program}.`, `在 ${program} 中运行。`);
  if (program === 'deno' && isConfinedDeno(inner.args))
    return holds(server, "It runs within Deno's permissions.", '在 Deno 权限限制下运行。');
  if (inner.wrappers.includes('merlon wrap')) {
    const evidence = seen(
      'Merlon decides and records its calls; the program itself is not confined.',
      'Merlon 决定并记录其调用；程序本身未受限制。',
      server.where,
    );
    return about(server, 'warn', [evidence], { severity: 'info' });
  }
  const evidence = seen(
    `${program} runs with all rights of the user.`,
    `${program} 以用户的全部权限运行。`,
    server.where,
  );
  return about(server, 'warn', [evidence]);
}

function isConfinedDeno(args: readonly string[]): boolean {
  return args[0] === 'run' && !args.some((arg) => /^(-A|--allow-all)$/.test(arg) || /^--allow-run$/.test(arg));
}
