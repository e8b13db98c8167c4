import { checks } from '../scanner/checks/index.ts';
import { collectors } from '../scanner/collect/index.ts';
import { evaluate } from '../scanner/evaluate.ts';
import type { FixNote } from '../scanner/fix/fix-client.ts';
import type { Finding } from '../scanner/scan-result.ts';
import type { Surroundings, TargetSpec } from '../scanner/target.ts';
import { defaultThresholds } from '../scanner/thresholds.ts';
import type { Text } from '../kernel/text.ts';
import type { ConnectIo } from './connect-options.ts';

/** The files that can be mended. */
export type FixSpec = Extract<TargetSpec, { kind: 'client-config' | 'server-config' }>;

/** What became of a finding. `eased`: what failed is doubtful now. `unseen`: it cannot be judged any more. */
export type Fate = 'gone' | 'eased' | 'still' | 'new' | 'unseen';

/** A finding and what became of it. */
export interface Proved {
  readonly fate: Fate;
  readonly finding: Finding;
  /** True where fix changed what the finding is about, and nothing of it was left. */
  readonly isMended: boolean;
}

/** Longest time that reading a file again may take, ms. */
const MAX_MS = 30_000;

/** What a scan of the file as it is on the disk finds. */
export async function judgeFile(spec: FixSpec, io: ConnectIo): Promise<readonly Finding[]> {
  const around: Surroundings = {
    env: io.env,
    home: io.home,
    project: io.cwd,
    platform: io.platform,
    program: io.program.file,
    now: Date.now,
    signal: AbortSignal.timeout(MAX_MS),
    step: () => undefined,
  };
  const targets =
    spec.kind === 'client-config'
      ? await collectors['client-config'](spec, around)
      : await collectors['server-config'](spec, around);
  return evaluate(targets, { checks, now: Date.now(), thresholds: defaultThresholds });
}

/** Compares the findings before and after, the worst of what is there first. */
export function prove(
  before: readonly Finding[],
  after: readonly Finding[],
  { done, left }: { readonly done: readonly FixNote[]; readonly left: readonly FixNote[] },
): readonly Proved[] {
  const then = new Map(before.map((finding) => [finding.fingerprint, finding]));
  const now = new Map(after.map((finding) => [finding.fingerprint, finding]));
  const isMended = (finding: Finding): boolean =>
    done.some((note) => isAbout(note, finding)) && !left.some((note) => isAbout(note, finding));
  const there = after.filter(isWrong).map((finding): Proved => {
    const earlier = then.get(finding.fingerprint);
    const isEased = earlier?.outcome === 'fail' && finding.outcome === 'warn';
    const isNew = earlier === undefined || !isWrong(earlier);
    return { fate: isNew ? 'new' : isEased ? 'eased' : 'still', finding, isMended: isMended(finding) };
  });
  const past = before.flatMap((finding): Proved[] => {
    const later = now.get(finding.fingerprint);
    if (!isWrong(finding) || (later !== undefined && isWrong(later))) return [];
    return [{ fate: later?.outcome === 'unknown' ? 'unseen' : 'gone', finding, isMended: isMended(finding) }];
  });
  return [...past, ...there];
}

/** False where something that could be mended is still as it was, or something else fails now. */
export function holds(proved: readonly Proved[]): boolean {
  return !proved.some(
    ({ fate, finding, isMended }) => (fate === 'still' && isMended) || (fate === 'new' && finding.outcome === 'fail'),
  );
}

/** What is said of a proof: a line for each finding, then the counts. */
export function proofLines(proved: readonly Proved[]): readonly Text[] {
  const count = (fate: Fate): number => proved.filter((each) => each.fate === fate).length;
  const [gone, eased, still, fresh, unseen] = [
    count('gone'),
    count('eased'),
    count('still'),
    count('new'),
    count('unseen'),
  ];
  const rest =
    unseen === 0 ? { en: '', zh: '' } : { en: `, ${unseen} cannot be seen any more`, zh: `，${unseen} 项已无法判断` };
  return [
    ...proved.map(lineOf),
    {
      en: `Scanned again: ${gone} gone, ${eased} eased, ${still} still there, ${fresh} new${rest.en}.`,
      zh: `重新扫描：${gone} 项已消除，${eased} 项已减轻，${still} 项仍在，${fresh} 项新增${rest.zh}。`,
    },
  ];
}

const FATES: Readonly<Record<Fate, Text>> = {
  gone: { en: 'gone  ', zh: '已消除' },
  eased: { en: 'eased ', zh: '已减轻' },
  still: { en: 'still ', zh: '仍在　' },
  new: { en: 'new   ', zh: '新增　' },
  unseen: { en: 'unseen', zh: '未判断' },
};

function lineOf({ fate, finding }: Proved): Text {
  const { check, subject, outcome, title } = finding;
  const name = subject === undefined ? check : `${check} · ${subject}`;
  const isThere = fate !== 'gone' && fate !== 'unseen';
  const { en, zh } = FATES[fate];
  return {
    en: `${en} ${name}${isThere ? ` (${outcome})` : ''}: ${title.en}`,
    zh: `${zh} ${name}${isThere ? ` (${outcome})` : ''}: ${title.zh}`,
  };
}

function isWrong({ outcome }: Finding): boolean {
  return outcome === 'fail' || outcome === 'warn';
}

function isAbout(note: FixNote, { check, subject }: Finding): boolean {
  return note.check === check && (subject === undefined || subject === note.subject);
}
