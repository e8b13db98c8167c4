import { containerRun, hostPathOf } from '../../../launch/container-run.ts';
import { defineCheck } from '../../../check.ts';
import type { ServerEntryFacts } from '../../../facts/client.ts';
import { programOf, unwrapLaunch } from '../../../launch/launch.ts';
import { about, eachEnabled, holds, seen } from '../each-server.ts';
import { withoutEnd } from '../../../without-end.ts';

export const clientFilesystemScopeNarrow = defineCheck({
  id: 'client-filesystem-scope-narrow',
  control: 'C14',
  part: 'client',
  severity: 'high',
  title: { en: 'Servers for files are given single folders.', zh: '文件类服务器只获得个别目录。' },
  remedy: {
    en: 'Name the folders that are worked in, not the disk or the home folder.',
    zh: '写明要使用的目录，而不是整个磁盘或主目录。',
  },
  ask: (facts) =>
    eachEnabled(
      facts,
      { en: 'No known server for files is started.', zh: '没有启动已知的文件类服务器。' },
      (server) => {
        if (server.command === undefined || !isForFiles(server)) return undefined;
        const wide = foldersOf(server).flatMap((folder) => {
          const scope = scopeOf(folder);
          return scope === undefined ? [] : [{ folder, scope }];
        });
        if (wide.length === 0)
          return holds(server, 'Its folders are narrower than a disk or a home.', '其目录范围小于磁盘或主目录。');
        const evidence = wide.map(({ folder, scope }) =>
          scope === 'disk'
            ? seen(`${folder} is a whole disk.`, `${folder} 是整个磁盘。`, server.where)
            : seen(
                `${folder} is a whole home, with keys and passwords in it.`,
                `${folder} 是整个主目录，其中有密钥和密码。`,
                server.where,
              ),
        );
        return about(server, 'fail', evidence, {
          severity: wide.some(({ scope }) => scope === 'disk') ? 'high' : 'medium',
        });
      },
    ),
});

const NAMES =
  /^(@modelcontextprotocol\/server-filesystem|@cyanheads\/filesystem-mcp-server|mcp\/filesystem|(mcp[-_]server[-_]|rust-mcp-|server-)?filesystem([-_]mcp)?([-_]server)?|mcp[-_]filesystem([-_]server)?|mcp[-_]server[-_]filesystem)$/;

function isForFiles({ command = '', args, package: found }: ServerEntryFacts): boolean {
  return NAMES.test(found?.name ?? programOf(unwrapLaunch({ command, args }).command));
}

/** What it is given: the arguments, or with a container what of this machine is shown in it. */
function foldersOf({ command = '', args }: ServerEntryFacts): string[] {
  const container = containerRun({ command, args });
  if (container !== undefined) return container.options.flatMap((option) => hostPathOf(option) ?? []);
  return unwrapLaunch({ command, args }).args.filter((arg) => !arg.startsWith('-'));
}

const HOME = /^(~|\$HOME|\$\{(env:)?HOME\}|\{env:HOME\}|%USERPROFILE%|\$\{(env:)?USERPROFILE\}|\$\{userHome\})$/;

function scopeOf(path: string): 'disk' | 'home' | undefined {
  const plain = path.length > 1 ? withoutTail(path) : path;
  if (plain === '' || plain === '/' || plain === '\\' || /^[A-Za-z]:$/.test(plain)) return 'disk';
  if (HOME.test(plain) || /^([A-Za-z]:)?[\\/](Users|home)([\\/][^\\/]+)?$/i.test(plain) || plain === '/root')
    return 'home';
  return undefined;
}

/** Without slashes at its end, nor one or two stars behind them. */
function withoutTail(path: string): string {
  const stars = path.endsWith('**') ? 2 : path.endsWith('*') ? 1 : 0;
  const before = path.slice(0, path.length - stars);
  const plain = withoutEnd(before, '/\\');
  return plain === before ? path : plain;
}
