import type { Analysis, EgressPath, ReachableSink } from './analyze-grants.ts';

/** Most lines of one kind; the rest is counted. */
const MOST_LINES = 20;

/** An analysis for people, line by line; empty where nothing is wider than it needs to be. Names stand as they are. */
export function analysisLines(analysis: Analysis): string[] {
  const { unused, sinks, paths, redundant, endless, unlimited, unknown } = analysis;
  const open = sinks.filter(({ bound }) => bound !== 'values');
  return [
    ...section(
      'Granted and never used',
      unused.map(({ grant, tool, effects }) => {
        const only = effects.length === 0 ? '' : `; the only one that can ${effects.join(', ')}`;
        return `${tool} (${grant})${only}`;
      }),
    ),
    ...section('What is read can leave', paths.toSorted(bySteered).map(pathLine)),
    ...section('Arguments that do harm, widest first', open.map(sinkLine)),
    ...section('As often as they like', unlimited),
    ...section(
      'Covered by another grant',
      redundant.map(({ grant, coveredBy }) => `${grant}, by ${coveredBy}`),
    ),
    ...section('Without an end of their own', endless),
    ...section('Nothing is known of these tools', unknown),
  ];
}

function section(title: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  const shown = lines.slice(0, MOST_LINES).map((line) => `  ${line}`);
  const rest = lines.length - shown.length;
  return [`${title}:`, ...shown, ...(rest > 0 ? [`  and ${rest} more`] : [])];
}

function bySteered(a: EgressPath, b: EgressPath): number {
  return Number(b.steered) - Number(a.steered);
}

function pathLine({ reads, sends, path, steered }: EgressPath): string {
  const where = path === undefined ? 'wherever it likes' : `wherever ${path} says`;
  return `${reads} -> ${sends}, ${where}${steered ? ', and what is read can hold orders of strangers' : ''}`;
}

const bounds = {
  anything: 'anything',
  origin: 'anything that comes from where it may',
  values: 'what is listed',
} as const satisfies Record<ReachableSink['bound'], string>;

function sinkLine({ tool, path, kind, bound, grant }: ReachableSink): string {
  return `${tool} ${path} (${kind}): ${bounds[bound]} (${grant})`;
}
