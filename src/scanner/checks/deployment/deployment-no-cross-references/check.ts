import { findCrossReferences, isDistinctName } from '../../../../detect/cross-references.ts';
import { ownNamesOf } from '../../../../detect/find-orders.ts';
import { textsOf } from '../../../../kernel/tool-like.ts';
import { type Answer, defineCheck, fail, pass, warn } from '../../../check.ts';
import { askTogether, type DistinctServer } from '../distinct-servers.ts';

const MAX_ANSWERS = 50;

function judge({ label, facts }: DistinctServer, all: readonly DistinctServer[]): Answer[] {
  const own = ownNamesOf(facts.tools.map(({ name }) => name));
  const others = all.filter((one) => one.label !== label);
  const foreign = ownNamesOf(others.flatMap((one) => one.facts.tools.map(({ name }) => name).filter(isDistinctName)));
  const texts = [
    ...facts.tools.map((tool) => ({
      subject: tool.name,
      text: textsOf(tool)
        .map(({ text }) => text)
        .join('. '),
    })),
    ...(facts.instructions === undefined ? [] : [{ subject: 'instructions', text: facts.instructions }]),
  ];
  return texts.flatMap(({ subject, text }): Answer[] => {
    const found = findCrossReferences(text, own, foreign);
    const worst = found.find(({ does }) => does === 'replaces') ?? found[0];
    if (worst === undefined) return [];
    const owner =
      others.find((one) => ownNamesOf(one.facts.tools.map(({ name }) => name)).has(worst.name))?.label ?? '?';
    const seen = {
      en: `${label} says about "${worst.name}" of ${owner}: "${worst.excerpt}".`,
      zh: `${label} 对 ${owner} 的“${worst.name}”说:“${worst.excerpt}”。`,
    };
    const more = { subject: `${label}/${subject}` };
    return [worst.does === 'replaces' ? fail(seen, more) : warn(seen, { ...more, severity: 'medium' })];
  });
}

/** Asks whether the texts of one server order something about the tools of another. */
export const deploymentNoCrossReferences = defineCheck({
  id: 'deployment-no-cross-references',
  control: 'C15',
  part: 'deployment',
  severity: 'high',
  title: {
    en: 'No server gives orders about the tools of another.',
    zh: '没有服务器对其他服务器的工具下达指令。',
  },
  remedy: {
    en: 'Do not use the two servers together until the text is gone.',
    zh: '在这些文字删除之前,不要同时使用这两个服务器。',
  },
  ask: (facts) =>
    askTogether(facts, (all) => {
      const answers = all.flatMap((one) => judge(one, all));
      return answers.length > 0
        ? answers.slice(0, MAX_ANSWERS)
        : pass({
            en: `None of ${all.length} servers speaks of another's tools.`,
            zh: `${all.length} 个服务器都没有提到彼此的工具。`,
          });
    }),
});
