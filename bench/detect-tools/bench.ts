/** How many poisoned tool definitions the checks of tools find, and how many harmless ones they speak against. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Answer } from '../../src/scanner/check.ts';
import { toolsChecks } from '../../src/scanner/checks/tools/index.ts';
import { toToolsFacts } from '../../src/scanner/collect/tools/to-tools-facts.ts';
import { defaultThresholds } from '../../src/scanner/thresholds.ts';
import type { Bench, Row } from '../bench.ts';

interface Sample {
  readonly source: string;
  readonly kind: string;
  readonly tool: { readonly name: string };
}

const KINDS = new Set(['tool-description', 'tool-name-shadow', 'tool-preference']);
/** The checks that speak of malice; the others speak of risk and hygiene, which attacks and honest tools share. */
const MALICE = new Set([
  'tool-text-visible',
  'tool-text-no-instructions',
  'tool-no-exfiltration-parameter',
  'tool-names-distinct-scripts',
]);
const ABOUT = { now: 0, kind: 'tools', thresholds: defaultThresholds } as const;

export const bench: Bench = {
  about: 'recall and false alarms of the checks of tools (--data DIR with detection/)',
  async run({ data, say }) {
    if (data === undefined) {
      say('It needs --data DIR, where DIR/detection holds attacks.jsonl and benign.jsonl.');
      return { rows: [], headline: 'not run', failed: true };
    }
    const [attacks, benign] = await Promise.all(
      ['attacks.jsonl', 'benign.jsonl'].map((file) => samplesOf(join(data, 'detection', file))),
    );
    const started = performance.now();
    const found = rowsOf('attack', attacks ?? [], judgeAlone);
    const alarms = rowsOf('benign', benign ?? [], judgeServer);
    const seconds = (performance.now() - started) / 1000;
    const described = found.filter(({ what }) => what === 'tool-description');
    const headline =
      `Of ${sum(described, 'tools')} poisoned descriptions ${percent(described, 'fail')} % fail and ` +
      `${percent(described, 'warn')} % warn; of ${sum(alarms, 'tools')} harmless ones ${percent(alarms, 'fail')} % fail and ` +
      `${percent(alarms, 'warn')} % warn (${seconds.toFixed(1)} s for all).`;
    return { rows: [...found, ...alarms], headline, failed: false };
  },
};

async function samplesOf(file: string): Promise<readonly Sample[]> {
  const lines = (await readFile(file, 'utf8')).trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Sample).filter(({ kind }) => KINDS.has(kind));
}

type Outcome = 'fail' | 'warn' | 'pass';

/** Attacks come one by one; their servers are not known. */
function judgeAlone(samples: readonly Sample[]): Outcome[] {
  return samples.map((sample) => judgeServer([sample])[0] ?? 'pass');
}

/** Harmless tools come with the other tools of their server, which they may name. */
function judgeServer(samples: readonly Sample[]): Outcome[] {
  const facts = toToolsFacts('bench', { tools: samples.map(({ tool }) => tool) });
  const answers = toolsChecks
    .filter(({ id }) => MALICE.has(id))
    .flatMap((check): readonly Answer[] => [check.ask(facts, ABOUT)].flat());
  const worst = new Map<string, Outcome>();
  for (const { subject, outcome } of answers) {
    if (subject === undefined || (outcome !== 'fail' && outcome !== 'warn')) continue;
    if (worst.get(subject) !== 'fail') worst.set(subject, outcome);
  }
  return samples.map(({ tool }) => worst.get(tool.name) ?? 'pass');
}

function rowsOf(label: string, samples: readonly Sample[], judge: (samples: readonly Sample[]) => Outcome[]): Row[] {
  const outcomes = new Map<string, Outcome[]>();
  for (const group of Map.groupBy(samples, ({ source, kind }) => `${kind} ${source}`).values()) {
    const [first] = group;
    if (first === undefined) continue;
    const key = JSON.stringify([first.kind, first.source.split(':')[0]]);
    outcomes.set(key, [...(outcomes.get(key) ?? []), ...judge(group)]);
  }
  return [...outcomes].map(([key, list]): Row => {
    const [what, source] = JSON.parse(key) as [string, string];
    const count = (outcome: Outcome): number => list.filter((one) => one === outcome).length;
    return { label, what, source, tools: list.length, fail: count('fail'), warn: count('warn') };
  });
}

function sum(rows: readonly Row[], column: string): number {
  return rows.reduce((total, row) => total + Number(row[column]), 0);
}

function percent(rows: readonly Row[], column: string): string {
  return ((100 * sum(rows, column)) / Math.max(1, sum(rows, 'tools'))).toFixed(1);
}
