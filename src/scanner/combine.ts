import type { DeploymentFacts } from './facts/deployment.ts';
import { saw } from './look.ts';
import type { Target } from './target.ts';

/** All targets seen together, where there are tools or client entries that could meet; otherwise nothing. */
export function combine(targets: readonly Target[]): Target[] {
  const tools = targets.flatMap(({ id, parts }): DeploymentFacts['tools'][number][] =>
    parts.tools !== undefined && 'saw' in parts.tools ? [{ target: id, tools: parts.tools.saw }] : [],
  );
  const entries = targets.flatMap(({ id, parts }): DeploymentFacts['entries'][number][] => {
    if (parts.client === undefined || !('saw' in parts.client)) return [];
    const { client, servers } = parts.client.saw;
    return servers.map((entry) => ({ target: id, client, entry }));
  });
  if (tools.length < 2 && entries.length < 2) return [];
  const deployment = saw({ tools, entries });
  return [{ id: 'deployment', kind: 'deployment', name: 'deployment', parts: { deployment } }];
}
