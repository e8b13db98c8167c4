import { dirname, resolve } from 'node:path';
import { type ControlId, controlIds } from '../../controls/control.ts';
import { DAY_MS } from '../../kernel/clock.ts';
import type { Attestation } from '../scan-result.ts';
import { dayOf, hasPassed, startOf } from '../written/day.ts';
import { finish, openPage, type Page, wrong } from '../written/page.ts';
import * as is from '../written/readers.ts';

/** Longest time for which an attestation holds, days. */
export const MAX_DAYS = 400;
/** How long one holds unless it says otherwise, days. */
const DEFAULT_DAYS = 180;

/** What reading attestations takes from around it. */
export interface AttestationOptions {
  /** ms since 1970. */
  readonly now: number;
  /** SHA-256 of a file's bytes, 64 hexadecimal digits; undefined where it cannot be read. */
  readonly hashOf: (path: string) => string | undefined;
}

/** An attestation as it stands in the file, before anybody looks at the evidence. */
export type WrittenAttestation = Omit<Attestation, 'state'>;

const dayReader: is.Reader<string> = is.turned(is.text, (value) =>
  startOf(value) === undefined ? { wrong: 'must be a day such as 2027-01-31.' } : { value },
);

/** An address that is evidence: it is shown in reports, so it carries no credential. */
export function isEvidenceUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return (protocol === 'https:' || protocol === 'http:') && username === '' && password === '';
}

const url: is.Reader<string> = is.turned(is.text, (value) =>
  isEvidenceUrl(value) ? { value } : { wrong: 'must be an http(s) address without a user or password.' },
);

const sha256: is.Reader<string> = is.turned(is.text, (value) =>
  /^[0-9a-f]{64}$/.test(value) ? { value } : { wrong: 'must be 64 hexadecimal digits.' },
);

const entry = is.fields({
  control: is.need(is.placed(is.oneOf(controlIds))),
  by: is.need(is.text),
  date: is.need(dayReader),
  expires: is.need(dayReader),
  statement: is.need(is.text),
  evidence: is.need(is.fields({ file: is.may(is.text), sha256: is.may(sha256), url: is.may(url) })),
});

type Said = Exclude<ReturnType<typeof entry>, undefined>;

/**
 * Reads a file of attestations and looks whether each still counts. Files of evidence are relative to the file.
 * @throws Problems with everything that is wrong
 */
export function readAttestations(text: string, file: string, { now, hashOf }: AttestationOptions): Attestation[] {
  const hashBeside = (path: string): string | undefined => hashOf(resolve(dirname(file), path));
  return readWritten(text, file, now).map((one) => ({ ...one, state: stateOf(one, now, hashBeside) }));
}

/** What stands in a file of attestations. @throws Problems with everything that is wrong */
export function readWritten(text: string, file: string, now: number): readonly WrittenAttestation[] {
  const page = openPage(text, file);
  const seen = new Set<ControlId>();
  const read = is.fields({
    attestations: is.may(
      is.listOf<WrittenAttestation>((tree, on, name) => {
        const said = entry(tree, on, name);
        return said === undefined ? undefined : checked(said, { tree, on, name, now, seen });
      }),
    ),
  })(page.root, page, is.TOP);
  return finish(page, read?.attestations ?? (read && []));
}

interface Reading {
  readonly tree: { readonly start: number };
  readonly on: Page;
  readonly name: string;
  readonly now: number;
  readonly seen: Set<ControlId>;
}

function checked(said: Said, { tree, on, name, now, seen }: Reading): WrittenAttestation | undefined {
  const { control, by, date, expires, statement, evidence } = said;
  if (seen.has(control.value)) return wrong(on, control.at, `${control.value} is attested twice.`, KEEP_ONE);
  seen.add(control.value);
  const isFile = evidence.file !== undefined && evidence.sha256 !== undefined && evidence.url === undefined;
  const isUrl = evidence.url !== undefined && evidence.file === undefined && evidence.sha256 === undefined;
  if (!isFile && !isUrl) return wrong(on, tree, `${name}.evidence must be a file with its sha256, or a url.`);
  const [from, until] = [startOf(date) ?? 0, startOf(expires) ?? 0];
  // A day of grace: it may be tomorrow already where the person is.
  if (from > now + DAY_MS) return wrong(on, tree, `${name}.date lies in the future.`);
  if (until < from || until > from + MAX_DAYS * DAY_MS) {
    return wrong(on, tree, `${name}.expires must be at most ${MAX_DAYS} days after its date.`);
  }
  const shown = isFile ? { file: evidence.file, sha256: evidence.sha256 } : { url: evidence.url };
  return { control: control.value, by, date, expires, statement, evidence: shown as Attestation['evidence'] };
}

const KEEP_ONE = { todo: 'Keep the one that counts.' };

function stateOf(
  { expires, evidence }: WrittenAttestation,
  now: number,
  hashOf: (path: string) => string | undefined,
): Attestation['state'] {
  if (hasPassed(expires, now)) return 'expired';
  if (evidence.file === undefined) return 'valid';
  const hash = hashOf(evidence.file);
  if (hash === undefined) return 'evidence-missing';
  return hash === evidence.sha256 ? 'valid' : 'evidence-changed';
}

/** The day until which an attestation made now holds: a day, or a number of days such as `180d`; undefined for neither. */
export function expiryOf(text: string | undefined, now: number): string | undefined {
  const days = /^(\d{1,4})d$/.exec(text ?? `${DEFAULT_DAYS}d`)?.[1];
  const day = days === undefined ? (text ?? '') : dayOf(now + Number(days) * DAY_MS);
  const start = startOf(day);
  const today = startOf(dayOf(now)) ?? 0;
  return start === undefined || start < today || start > today + MAX_DAYS * DAY_MS ? undefined : day;
}
