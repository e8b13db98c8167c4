import { type Answer, defineCheck } from '../../../check.ts';
import type { PackageFacts, ServerEntryFacts } from '../../../facts/client.ts';
import { type Lookalike, looksLikeKnown, type Registry } from '../../../launch/looks-like-known.ts';
import { about, eachEnabled, holds, seen } from '../each-server.ts';

export const clientNoTyposquats = defineCheck({
  id: 'client-no-typosquats',
  control: 'C15',
  part: 'client',
  severity: 'high',
  title: {
    en: 'No package is named like a known server without being it.',
    zh: '没有与知名服务器名称相似的冒名软件包。',
  },
  remedy: {
    en: 'Compare the name with the documentation of the server, letter by letter, and correct it.',
    zh: '与服务器文档逐字母核对名称并更正。',
  },
  ask: (facts) =>
    eachEnabled(
      facts,
      { en: 'No server starts a package of npm or PyPI.', zh: '没有服务器启动 npm 或 PyPI 软件包。' },
      (server) => {
        const registry = server.package === undefined ? undefined : registryOf(server.package);
        return server.package === undefined || registry === undefined
          ? undefined
          : judge(server, server.package.name, registry);
      },
    ),
});

function registryOf({ runner, name }: PackageFacts): Registry | undefined {
  if (/[:\\]/.test(name) || name.startsWith('/')) return undefined;
  if (runner === 'uvx' || runner === 'pipx') return 'pypi';
  // What is installed already was chosen at another place, and a module of Python is no name of npm.
  return runner === 'docker' || runner === 'other' ? undefined : 'npm';
}

function judge(server: ServerEntryFacts, name: string, registry: Registry): Answer {
  const like = looksLikeKnown(name, registry);
  if (like === undefined)
    return holds(server, `${name} resembles no other known server.`, `${name} 与其他知名服务器不相似。`);
  const evidence = [
    seen(`${name} is not ${like.known}, but looks like it.`, `${name} 不是 ${like.known}，但与之相似。`, server.where),
  ];
  return isChance(like) ? about(server, 'warn', evidence, { severity: 'medium' }) : about(server, 'fail', evidence);
}

/** One letter for another is also how honest names differ. */
function isChance({ how }: Lookalike): boolean {
  return how === 'letter';
}
