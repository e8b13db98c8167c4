import { DAY_MS } from '../kernel/clock.ts';
import { MerlonError, type Place } from '../kernel/errors.ts';
import type { Finding, Waiver } from './scan-result.ts';
import { hasPassed, startOf } from './written/day.ts';
import { finish, openPage, wrong } from './written/page.ts';
import { fields, listOf, may, need, type Reader, text, TOP, turned } from './written/readers.ts';

/** Furthest day ahead on which a waiver may end, days. */
const MAX_DAYS = 366;
/** Most waivers of a file. */
const MAX_WAIVERS = 1_000;

/** A waiver as somebody wrote it: it names a finding by its fingerprint, or by what it is about. */
export interface WrittenWaiver {
  readonly names:
    | { readonly fingerprint: string }
    | { readonly check: string; readonly target: string; readonly subject: string | undefined };
  readonly owner: string;
  readonly reason: string;
  /** The last day on which it holds, `YYYY-MM-DD` in UTC. */
  readonly expires: string;
  readonly place: Place;
}

/** What became of findings and waivers. */
export interface Waived {
  readonly findings: readonly Finding[];
  /** Those that accept nothing: what they name was not found, or holds. */
  readonly unused: readonly WrittenWaiver[];
  /** Those that no longer do anything. */
  readonly expired: readonly WrittenWaiver[];
}

const day: Reader<string> = turned(text, (value) =>
  startOf(value) === undefined ? { wrong: 'must be a day such as 2027-01-31.' } : { value },
);

const fingerprint: Reader<string> = turned(text, (value) =>
  /^[0-9a-f]{16}$/.test(value) ? { value } : { wrong: 'must be 16 hexadecimal digits, as a report shows them.' },
);

const written = fields({
  fingerprint: may(fingerprint),
  check: may(text),
  target: may(text),
  subject: may(text),
  owner: need(text),
  reason: need(text),
  expires: need(day),
});

/** Reads one waiver; `now` in ms since 1970 bounds how far ahead it may end. */
function waiverReader(now: number): Reader<WrittenWaiver> {
  return (tree, page, name) => {
    const read = written(tree, page, name);
    if (read === undefined) return undefined;
    const { owner, reason, expires } = read;
    const names = namesOf(read);
    if (names === undefined) {
      return wrong(page, tree, `${name} must name a fingerprint, or a check and a target, and not both.`);
    }
    if ((startOf(expires) ?? Number.POSITIVE_INFINITY) > now + MAX_DAYS * DAY_MS) {
      return wrong(page, tree, `${name} ends more than a year ahead.`, { todo: 'Accept it for a year at most.' });
    }
    return { names, owner, reason, expires, place: page.placeOf(tree) };
  };
}

function namesOf(read: {
  readonly fingerprint: string | undefined;
  readonly check: string | undefined;
  readonly target: string | undefined;
  readonly subject: string | undefined;
}): WrittenWaiver['names'] | undefined {
  const { check, target, subject } = read;
  const isNamed = check !== undefined || target !== undefined || subject !== undefined;
  if (read.fingerprint !== undefined) return isNamed ? undefined : { fingerprint: read.fingerprint };
  return check === undefined || target === undefined ? undefined : { check, target, subject };
}

/** A list of waivers, wherever it stands. */
export function waiversReader(now: number): Reader<readonly WrittenWaiver[]> {
  return listOf(waiverReader(now), 0, MAX_WAIVERS);
}

/**
 * Reads a file of waivers: `waivers:` and a list. `now`: ms since 1970, default the machine's clock.
 * @throws Problems with everything that is wrong
 */
export function readWaivers(
  source: string,
  file: string,
  { now = Date.now() }: { readonly now?: number } = {},
): readonly WrittenWaiver[] {
  const page = openPage(source, file);
  const read = fields({ waivers: need(waiversReader(now)) })(page.root, page, TOP);
  return finish(page, read?.waivers);
}

/**
 * Marks failures and warnings that somebody accepted. What could not be looked at is nothing that can be accepted: a
 * waiver of it neither counts nor is called unused.
 */
export function applyWaivers(findings: readonly Finding[], waivers: readonly WrittenWaiver[], now: number): Waived {
  const expired = waivers.filter(({ expires }) => hasPassed(expires, now));
  const valid = waivers.filter((waiver) => !expired.includes(waiver));
  const index = indexOf(valid);
  const used = new Set<WrittenWaiver>();
  const marked = findings.map((finding) => {
    const found = [...(index.get(finding.fingerprint) ?? []), ...(index.get(keyOf(finding)) ?? [])];
    if (finding.outcome === 'unknown' || isOpen(finding)) for (const waiver of found) used.add(waiver);
    const [first] = found;
    if (first === undefined || !isOpen(finding)) return finding;
    const { owner, reason, expires } = first;
    const waiver: Waiver = { fingerprint: finding.fingerprint, owner, reason, expires };
    return { ...finding, waiver };
  });
  return { findings: marked, unused: valid.filter((waiver) => !used.has(waiver)), expired };
}

function isOpen({ outcome }: Finding): boolean {
  return outcome === 'fail' || outcome === 'warn';
}

function indexOf(waivers: readonly WrittenWaiver[]): ReadonlyMap<string, readonly WrittenWaiver[]> {
  return Map.groupBy(waivers, ({ names }) => ('fingerprint' in names ? names.fingerprint : keyOf(names)));
}

// JSON, so that no text of a target can look like two.
function keyOf({ check, target, subject }: Pick<Finding, 'check' | 'target' | 'subject'>): string {
  return JSON.stringify([check, target, subject ?? null]);
}

/** What is to be said of waivers that do nothing, as problems that stop nobody. */
export function waiverNotes({ unused, expired }: Pick<Waived, 'unused' | 'expired'>): MerlonError[] {
  const note = ({ place }: WrittenWaiver, message: string, todo: string) =>
    new MerlonError('CONFIG_INVALID', message, { place, todo });
  return [
    ...expired.map((one) => note(one, `This waiver ended on ${one.expires}.`, 'Fix what it accepted, or decide anew.')),
    ...unused.map((one) => note(one, 'This waiver accepts nothing that was found.', 'Remove it.')),
  ];
}
