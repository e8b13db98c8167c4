import { containerRun, hostPathOf } from '../../../launch/container-run.ts';
import { defineCheck, type Evidence, type Severity } from '../../../check.ts';
import type { ServerEntryFacts } from '../../../facts/client.ts';
import { programOf, unwrapLaunch } from '../../../launch/launch.ts';
import { about, eachEnabled, holds, seen } from '../each-server.ts';

interface Privilege {
  readonly severity: Severity;
  readonly evidence: Evidence;
}

export const clientNoPrivilegedLaunch = defineCheck({
  id: 'client-no-privileged-launch',
  control: 'C13',
  part: 'client',
  severity: 'high',
  title: { en: 'No server is started with the rights of an administrator.', zh: '没有服务器以管理员权限启动。' },
  remedy: {
    en: 'Start the server as an ordinary user, and give a container only the folders and the network that it needs.',
    zh: '以普通用户启动服务器，只给容器所需的目录和网络。',
  },
  ask: (facts) =>
    eachEnabled(
      facts,
      { en: 'No server is a program that the client starts.', zh: '没有由客户端启动的服务器程序。' },
      (server) => {
        if (server.command === undefined) return undefined;
        const found = privilegesOf(server, server.command);
        if (found.length === 0) return holds(server, 'It is started without special rights.', '启动时没有特殊权限。');
        const evidence = found.map((each) => each.evidence);
        const isGrave = found.some(({ severity }) => severity === 'high');
        return about(server, isGrave ? 'fail' : 'warn', evidence, { severity: isGrave ? 'high' : 'medium' });
      },
    ),
});

function privilegesOf({ args, where }: ServerEntryFacts, command: string): Privilege[] {
  const found: Privilege[] = [];
  const add = (severity: Severity, en: string, zh: string): void =>
    void found.push({ severity, evidence: seen(en, zh, where) });
  const { wrappers } = unwrapLaunch({ command, args });
  const raising = [programOf(command), ...wrappers].find((each) => /^(sudo|doas|pkexec|runas|gsudo|su)$/.test(each));
  if (raising !== undefined && !isLowering(args))
    add('high', `${raising} starts it with other rights.`, `${raising} 以其他权限启动。`);
  for (const option of containerRun({ command, args })?.options ?? []) {
    const { name, value = '' } = option;
    const path = hostPathOf(option);
    const shown = `${name} ${value}`.trim();
    if (name === '--privileged' && value !== 'false')
      add('high', 'The container is privileged.', '容器以特权模式运行。');
    else if (name === '--cap-add' && /^(cap_)?(all|sys_admin|sys_ptrace|sys_module|dac_read_search)$/i.test(value))
      add('high', `The container may do what only root may: ${shown}.`, `容器拥有 root 才有的能力：${shown}。`);
    else if (/^--(pid|userns|ipc|uts)$/.test(name) && value === 'host')
      add('high', `The container shares what isolates it: ${shown}.`, `容器共享了隔离所需的命名空间：${shown}。`);
    else if (path !== undefined && isRoot(path))
      add('high', `The container sees the whole disk: ${shown}.`, `容器可见整个磁盘：${shown}。`);
    else if (path !== undefined && /(docker|podman|containerd)\.sock$/.test(path))
      add(
        'high',
        `The container may start others with any rights: ${shown}.`,
        `容器可以任意权限启动其他容器：${shown}。`,
      );
    else if (/^--net(work)?$/.test(name) && value === 'host')
      add('medium', `The container shares the network of the machine: ${shown}.`, `容器共享主机网络：${shown}。`);
    else if (name === '--security-opt' && /^(seccomp|apparmor)[=:]unconfined$/.test(value))
      add('medium', `A protection of the container is off: ${shown}.`, `容器的一项保护已关闭：${shown}。`);
  }
  return found;
}

/** `sudo -u nobody` takes rights away. */
function isLowering(args: readonly string[]): boolean {
  const at = args.findIndex((arg) => arg === '-u' || arg === '--user');
  const user = at === -1 ? args.find((arg) => arg.startsWith('--user='))?.slice(7) : args[at + 1];
  return user !== undefined && user !== 'root' && user !== '#0';
}

function isRoot(path: string): boolean {
  return /^([\\/]|[A-Za-z]:[\\/]?)$/.test(path);
}
