import { defineCheck, notApplicable, pass, unseen, warn } from '../../../check.ts';
import { isWorkflow, malformed } from '../malformed.ts';

export const lockFilePresent = defineCheck({
  id: 'lock-file-present',
  control: 'C20',
  part: 'repository',
  severity: 'medium',
  title: { en: 'Every package has a lock file.', zh: '每个软件包都有锁文件。' },
  remedy: {
    en: 'Commit the lock file that your package manager writes, and install from it: npm ci, pnpm install --frozen-lockfile, uv sync --locked, cargo build --locked.',
    zh: '提交包管理器生成的锁文件，并按锁文件安装：npm ci、pnpm install --frozen-lockfile、uv sync --locked、cargo build --locked。',
  },
  ask({ packages, malformed: broken, missed }) {
    const unread = malformed(broken, (file) => !isWorkflow(file));
    const answers = packages.map(({ manifest, lockFile }) =>
      lockFile === undefined
        ? warn(
            {
              en: `${manifest} names dependencies, and no lock file holds their versions.`,
              zh: `${manifest} 声明了依赖，但没有锁文件固定其版本。`,
            },
            { subject: manifest, where: { file: manifest } },
          )
        : pass(
            { en: `${lockFile} holds what ${manifest} asks for.`, zh: `${lockFile} 固定了 ${manifest} 的依赖。` },
            { subject: manifest, where: { file: lockFile } },
          ),
    );
    if (answers.length + unread.length > 0) return [...answers, ...unread];
    if (missed !== undefined) return unseen(missed);
    return notApplicable({
      en: 'No manifest names dependencies that a lock file would hold.',
      zh: '没有声明需要锁文件固定的依赖。',
    });
  },
});
