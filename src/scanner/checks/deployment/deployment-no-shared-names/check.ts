import { type Answer, defineCheck, notApplicable, pass, warn } from '../../../check.ts';
import type { DeploymentFacts } from '../../../facts/deployment.ts';
import { withoutEnd } from '../../../without-end.ts';

const MAX_ANSWERS = 50;

/** What an entry starts or reaches: a package, an address without its query, or a command. */
function identityOf({ entry }: DeploymentFacts['entries'][number]): string {
  if (entry.package !== undefined) return entry.package.name;
  if (entry.url !== undefined) return withoutEnd(entry.url.replace(/[?#].*$/s, ''), '/');
  return entry.command ?? '?';
}

/** Asks whether clients mean the same package or address by the same server name. */
export const deploymentNoSharedNames = defineCheck({
  id: 'deployment-no-shared-names',
  control: 'C20',
  part: 'deployment',
  severity: 'medium',
  title: {
    en: 'A server’s name means the same server in every client.',
    zh: '同一个服务器名称在每个客户端中都指同一个服务器。',
  },
  remedy: {
    en: 'Find out which of them is meant, correct the others, and pin all to one version.',
    zh: '查明应当使用哪一个,更正其余各处,并都固定到同一版本。',
  },
  ask({ entries }) {
    const active = entries.filter(({ entry }) => !entry.disabled && !entry.behindMerlon);
    if (active.length < 2)
      return notApplicable({
        en: 'Fewer than two entries of clients were seen.',
        zh: '看到的客户端条目少于两个。',
      });
    const answers: Answer[] = [];
    for (const [name, group] of Map.groupBy(active, ({ entry }) => entry.name)) {
      const byIdentity = Map.groupBy(group, identityOf);
      if (byIdentity.size < 2) continue;
      const what = [...byIdentity].map(
        ([identity, [first]]) => `${identity} (${first?.entry.where.file ?? first?.target ?? '?'})`,
      );
      const where = group[0]?.entry.where;
      answers.push(
        warn(
          { en: `"${name}" is: ${what.join('; ')}.`, zh: `“${name}”分别是:${what.join(';')}。` },
          { subject: name, ...(where === undefined ? {} : { where }) },
        ),
      );
      if (answers.length >= MAX_ANSWERS) break;
    }
    return answers.length > 0
      ? answers
      : pass({
          en: `No name among ${active.length} entries means two things.`,
          zh: `${active.length} 个条目中没有名称指代两个不同的服务器。`,
        });
  },
});
