import { type Answer, defineCheck } from '../../../check.ts';
import type { PackageFacts, ServerEntryFacts } from '../../../facts/client.ts';
import { about, eachEnabled, holds, seen } from '../each-server.ts';

export const clientPackagesPinned = defineCheck({
  id: 'client-packages-pinned',
  control: 'C15',
  part: 'client',
  severity: 'medium',
  title: {
    en: 'Packages that are fetched at the start name one exact version.',
    zh: '启动时获取的软件包都指定了确切版本。',
  },
  remedy: {
    en: 'Name the version: `name@1.2.3` for npx, `name==1.2.3` for uvx, `image@sha256:…` for a container.',
    zh: '写明版本：npx 用 `name@1.2.3`，uvx 用 `name==1.2.3`，容器用 `image@sha256:…`。',
  },
  ask: (facts) =>
    eachEnabled(
      facts,
      { en: 'No server fetches a package when it starts.', zh: '没有服务器在启动时获取软件包。' },
      (server) =>
        server.package === undefined || server.package.runner === 'other' ? undefined : judge(server, server.package),
    ),
});

function judge(server: ServerEntryFacts, { runner, name, version, isPinned }: PackageFacts): Answer {
  const shown = version === undefined ? name : `${name}, version ${version},`;
  if (isPlainSource(name)) {
    const evidence = seen(`${name} is fetched without encryption.`, `${name} 以未加密方式获取。`, server.where);
    return about(server, 'fail', [evidence], { severity: 'high' });
  }
  if (isPinned) return holds(server, `${shown} is one artefact.`, `${name} ${version ?? ''} 是唯一确定的制品。`);
  if (runner === 'docker' && version !== undefined && /^v?\d+\.\d+\.\d+/.test(version)) {
    const evidence = seen(
      `The tag ${version} of ${name} may be moved; a digest may not.`,
      `${name} 的标签 ${version} 可被移动；摘要则不能。`,
      server.where,
    );
    return about(server, 'warn', [evidence], { severity: 'low' });
  }
  const evidence = seen(
    `${runner} takes whatever ${shown} is at each start.`,
    `${runner} 每次启动都会获取 ${name} 当时的${version === undefined ? '最新版本' : `版本 ${version}`}。`,
    server.where,
  );
  return about(server, 'warn', [evidence]);
}

/** Whoever is on the way decides what runs. */
function isPlainSource(name: string): boolean {
  return /^(git\+)?http:\/\//i.test(name) || /^git:\/\//i.test(name);
}
