import { type Answer, fail, pass, type Severity, unseen, warn } from '../../check.ts';
import type { HostFileFacts } from '../../facts/host.ts';

/** Whether a file is for its owner alone, and cannot be exchanged by others. */
export function judgePrivate({ path, facts }: HostFileFacts): Answer {
  const more = { subject: path, where: { file: path } };
  if ('blind' in facts) return unseen(facts, more);
  const { mode, folderMode, kind } = facts.saw;
  const bits = octal(mode);
  const remedy = {
    en: `Run \`chmod ${kind === 'folder' ? '700' : '600'} ${path}\`.`,
    zh: `运行 \`chmod ${kind === 'folder' ? '700' : '600'} ${path}\`。`,
  };
  if ((mode & 0o007) !== 0) {
    return fail(
      {
        en: `${path} has mode ${bits}: every user of this machine can reach it.`,
        zh: `${path} 的权限为 ${bits}：本机任何用户都能访问。`,
      },
      { ...more, remedy },
    );
  }
  if ((mode & 0o020) !== 0) {
    return fail(
      { en: `${path} has mode ${bits}: its group can change it.`, zh: `${path} 的权限为 ${bits}：所属组可以修改它。` },
      { ...more, remedy },
    );
  }
  if (isOpenFolder(folderMode)) {
    const folder = {
      en: `The folder of ${path} has mode ${octal(folderMode)}: every user can exchange the file.`,
      zh: `${path} 所在文件夹的权限为 ${octal(folderMode)}：任何用户都能替换该文件。`,
    };
    return fail(folder, {
      ...more,
      remedy: {
        en: 'Take the right to write from others: `chmod o-w` on the folder.',
        zh: '取消其他用户对该文件夹的写权限：`chmod o-w`。',
      },
    });
  }
  if ((mode & 0o050) !== 0) {
    return warn(
      { en: `${path} has mode ${bits}: its group can read it.`, zh: `${path} 的权限为 ${bits}：所属组可以读取。` },
      { ...more, remedy, severity: 'low' },
    );
  }
  return pass({ en: `${path} has mode ${bits}.`, zh: `${path} 的权限为 ${bits}。` }, more);
}

/** How a file may be exposed, in permission bits. */
interface Bounds {
  /** Who has one of these can do harm. */
  readonly forbidden: number;
  /** Who has one of these gets a warning. */
  readonly doubtful: number;
  readonly severity: Severity;
}

/** Whether a file that others may see is kept from being changed, itself or by way of its folder. */
export function judgeExposed({ path, facts }: HostFileFacts, { forbidden, doubtful, severity }: Bounds): Answer {
  const more = { subject: path, where: { file: path } };
  if ('blind' in facts) return unseen(facts, more);
  const { mode, folderMode } = facts.saw;
  const seen = {
    en: `${path} has mode ${octal(mode)}, its folder ${octal(folderMode)}.`,
    zh: `${path} 的权限为 ${octal(mode)}，其文件夹为 ${octal(folderMode)}。`,
  };
  if ((mode & forbidden) !== 0 || isOpenFolder(folderMode)) return fail(seen, more);
  return (mode & doubtful) === 0 ? pass(seen, more) : warn(seen, { ...more, severity });
}

/** True for a folder in which every user can exchange files of others; the sticky bit of `/tmp` keeps them from it. */
function isOpenFolder(mode: number): boolean {
  return (mode & 0o002) !== 0 && (mode & 0o1000) === 0;
}

/** Permission bits as people write them: `0600`. */
function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}
