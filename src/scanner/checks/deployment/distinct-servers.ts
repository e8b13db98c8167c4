import { type Answer, notApplicable } from '../../check.ts';
import type { DeploymentFacts } from '../../facts/deployment.ts';
import type { ToolsFacts } from '../../facts/tools.ts';

/** A server of the deployment, with a name that no other one has. */
export interface DistinctServer {
  readonly label: string;
  readonly facts: ToolsFacts;
}

/** The servers of a deployment, each once: the same tools in the same words are the same server seen twice. */
function distinctServers({ tools }: DeploymentFacts): readonly DistinctServer[] {
  const seen = new Set<string>();
  const labels = new Map<string, number>();
  return tools.flatMap(({ tools: facts }) => {
    const content = JSON.stringify(facts.tools.map(({ name, description }) => [name, description]).toSorted());
    if (facts.tools.length === 0 || seen.has(content)) return [];
    seen.add(content);
    const times = (labels.get(facts.server) ?? 0) + 1;
    labels.set(facts.server, times);
    return [{ label: times === 1 ? facts.server : `${facts.server} (${times})`, facts }];
  });
}

/** Asks of the servers of a deployment together; fewer than two have nothing to do with each other. */
export function askTogether(
  facts: DeploymentFacts,
  ask: (all: readonly DistinctServer[]) => Answer | readonly Answer[],
): Answer | readonly Answer[] {
  const all = distinctServers(facts);
  if (all.length >= 2) return ask(all);
  return notApplicable({
    en: 'Fewer than two different servers showed their tools.',
    zh: '给出工具列表的不同服务器少于两个。',
  });
}
