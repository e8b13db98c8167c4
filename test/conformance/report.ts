import { type Check, count, differences, losses, passes, type Results } from './checks.ts';
import type { Requirement } from './requirements.ts';

/** What was measured of one revision, from one side of the protocol, with and without the gateway. */
export interface Measured {
  /** The heading of its table. */
  readonly title: string;
  /** What ran, in the suite's order. */
  readonly requirements: readonly Requirement[];
  readonly direct: Results;
  readonly through: Results;
  /** True where the gateway translates between the eras, which cannot give what only one of them has. */
  readonly isBridged: boolean;
}

const START = '<!-- measured: written by npm run conformance -->';
const END = '<!-- end -->';

/** The document with its measured part made anew; the text around it stays. @throws Error when it has no such part */
export function withMeasured(document: string, all: readonly Measured[]): string {
  const [start, end] = [document.indexOf(START), document.indexOf(END)];
  if (start === -1 || end < start) throw new Error(`The document has no lines '${START}' and '${END}'.`);
  const sections = all.map(sectionOf).join('\n\n');
  return `${document.slice(0, start)}${START}\n\n${sections}\n\n${document.slice(end)}`;
}

/** What passes without the gateway and not through it, one line each; between the eras the tables alone say so. */
export function regressions(all: readonly Measured[]): string[] {
  const ofOneEra = all.filter(({ isBridged }) => !isBridged);
  return ofOneEra.flatMap(({ title, requirements, direct, through }) =>
    requirements.flatMap(({ scenario }) =>
      losses(checksOf(direct, scenario), checksOf(through, scenario)).map((id) => `${title}, ${scenario}: ${id}`),
    ),
  );
}

/** One line for people who watch: how many scenarios pass on each side. */
export function summaryOf({ title, requirements, direct, through }: Measured): string {
  const passing = (results: Results): number =>
    requirements.filter(({ scenario }) => passes(checksOf(results, scenario))).length;
  return `${title}: ${passing(direct)} of ${requirements.length} direct, ${passing(through)} through Merlon`;
}

function sectionOf(measured: Measured): string {
  const { title, requirements } = measured;
  return [
    `### ${title}`,
    '',
    ...totalsOf(measured),
    '',
    '| scenario | counts | direct | through Merlon | same checks |',
    '|---|---|---|---|---|',
    ...requirements.map((requirement) => rowOf(requirement, measured)),
  ].join('\n');
}

function rowOf({ scenario, notScored }: Requirement, { direct, through }: Measured): string {
  const [one, other] = [checksOf(direct, scenario), checksOf(through, scenario)];
  const different = differences(one, other);
  const same = different.length === 0 ? 'yes' : `**no**: ${different.map((id) => `\`${id}\``).join(', ')}`;
  return `| \`${scenario}\` | ${notScored ?? 'yes'} | ${tallyOf(one)} | ${tallyOf(other)} | ${same} |`;
}

function totalsOf({ requirements, direct, through }: Measured): string[] {
  const scored = requirements.filter(({ notScored }) => notScored === undefined);
  const line = (name: string, results: Results): string => {
    const passing = (of: readonly Requirement[]): string =>
      `${of.filter(({ scenario }) => passes(checksOf(results, scenario))).length} of ${of.length}`;
    return `- ${name}: ${passing(scored)} scenarios that count pass, ${passing(requirements)} in all.`;
  };
  return [line('Direct', direct), line('Through Merlon', through)];
}

function tallyOf(checks: readonly Check[]): string {
  const [passed, failed, warned] = [count(checks, 'SUCCESS'), count(checks, 'FAILURE'), count(checks, 'WARNING')];
  if (passed + failed + warned === 0) return 'skipped by the suite';
  const parts = [`${passed} passed`, ...(failed > 0 ? [`${failed} failed`] : [])];
  return [...parts, ...(warned > 0 ? [`${warned} warned`] : [])].join(', ');
}

function checksOf(results: Results, scenario: string): readonly Check[] {
  return results.get(scenario) ?? [];
}
