import { dirname, relative, resolve, sep } from 'node:path';
import { controlOf, parseControlId } from '../controls/catalogue.ts';
import type { ControlId } from '../controls/control.ts';
import { showable } from '../detect/showable.ts';
import { MerlonError } from '../kernel/errors.ts';
import type { Language } from '../kernel/text.ts';
import {
  expiryOf,
  isEvidenceUrl,
  MAX_DAYS,
  readAttestations,
  readWritten,
  type WrittenAttestation,
} from '../scanner/attest/attestations.ts';
import { withAttestation, withoutAttestation } from '../scanner/attest/edit.ts';
import { hashFile } from '../scanner/attest/hash-file.ts';
import type { Attestation } from '../scanner/scan-result.ts';
import { dayOf } from '../scanner/written/day.ts';
import { type FoundFile, readClientFile, replaceClientFile, restoreClientFile } from './client-file.ts';

/** The options of `merlon attest` as the command line gives them. */
export interface AttestOptions {
  readonly evidence?: string;
  readonly by?: string;
  readonly expires?: string;
  readonly statement?: string;
  readonly file: string;
  readonly list?: true;
  readonly revoke?: true;
  readonly json?: true;
  readonly lang?: Language;
}

/** What the command takes from the process around it. */
export interface AttestIo {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** ms since 1970. */
  readonly now: number;
  /** Writes one line. */
  readonly print: (line: string) => void;
}

/** `merlon attest`. @throws MerlonError USAGE, and what is wrong with the file */
export function runAttest(control: string | undefined, options: AttestOptions, io: AttestIo): void {
  const { file } = options;
  const found = readClientFile(file);
  // Read before anything else: what is wrong in it must not be written again, nor lost.
  const text = (found.text ?? '').replace(/^\uFEFF/, '');
  const there = readWritten(text, file, io.now);
  if (options.list === true) return list(text, options, io);
  if (control === undefined) throw new MerlonError('USAGE', 'Name a control, such as C11, or use --list.');
  const id = parseControlId(control);
  if (id === undefined)
    throw new MerlonError('USAGE', 'There is no such control.', { todo: 'merlon controls lists them.' });
  if (options.revoke === true) return revoke(found, text, id, options, io);
  const before = there.find((one) => one.control === id);
  if (options.evidence === undefined) return ask(id, before, options, io);
  const made = make(id, options.evidence, options, io);
  put(found, withAttestation(text, file, made));
  const verb = before === undefined ? 'attested' : 'attested anew';
  io.print(`${id} is ${verb} in ${file}, by ${showable(made.by)}, until ${made.expires}.`);
}

function make(
  control: ControlId,
  evidence: string,
  { by, expires, statement, file }: AttestOptions,
  { env, now }: AttestIo,
): WrittenAttestation {
  const who = by ?? env['USER'] ?? env['LOGNAME'] ?? env['USERNAME'] ?? '';
  if (who.trim() === '')
    throw new MerlonError('USAGE', 'Nobody is known who answers.', { todo: 'Say it with --by NAME.' });
  const until = expiryOf(expires, now);
  if (until === undefined) {
    throw new MerlonError('USAGE', `--expires takes a day to come or a number of days, at most ${MAX_DAYS} ahead.`, {
      todo: 'Such as 2027-01-31 or 180d.',
    });
  }
  return {
    control,
    by: who.trim(),
    date: dayOf(now),
    expires: until,
    statement: statement?.trim() || controlOf(control).title.en,
    evidence: evidenceOf(evidence, file),
  };
}

function evidenceOf(evidence: string, file: string): Attestation['evidence'] {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(evidence)) {
    if (isEvidenceUrl(evidence)) return { url: evidence };
    throw new MerlonError('USAGE', 'Evidence is a file or an http(s) address without a user or password.');
  }
  const sha256 = hashFile(evidence);
  if (sha256 === undefined) {
    throw new MerlonError('USAGE', `${showable(evidence)} is no file of at most 256 MiB that can be read.`, {
      todo: 'Name a file or an https address as evidence.',
    });
  }
  // Relative to the file of attestations, so that both can be moved and committed together.
  return {
    file: relative(dirname(resolve(file)), resolve(evidence))
      .split(sep)
      .join('/'),
    sha256,
  };
}

function put(found: FoundFile, text: string): void {
  // Both replace the file whole or not at all; an existing one keeps its mode.
  if (found.text === undefined) replaceClientFile(found, text);
  else restoreClientFile(found, text, undefined);
}

function revoke(found: FoundFile, text: string, id: ControlId, { file }: AttestOptions, { print }: AttestIo): void {
  const without = withoutAttestation(text, file, id);
  if (without === undefined) throw new MerlonError('USAGE', `${file} has no attestation of ${id}.`);
  put(found, without);
  print(`${id} is no longer attested in ${file}.`);
}

function ask(
  id: ControlId,
  before: WrittenAttestation | undefined,
  { lang = 'en' }: AttestOptions,
  { print }: AttestIo,
): void {
  const { title, question, evidence } = controlOf(id);
  print(`${id} ${title[lang]}`);
  if (question !== undefined) print(`\n${question[lang]}`);
  if (evidence !== undefined) print(`\n${evidence[lang]}`);
  if (before !== undefined) print(`\nAttested by ${showable(before.by)} on ${before.date}, until ${before.expires}.`);
  print(`\nmerlon attest ${id} --evidence FILE|URL`);
}

const states: Readonly<Record<Attestation['state'], string>> = {
  valid: 'counts',
  expired: 'EXPIRED',
  'evidence-changed': 'EVIDENCE CHANGED',
  'evidence-missing': 'EVIDENCE MISSING',
};

function list(text: string, { file, json }: AttestOptions, { now, print }: AttestIo): void {
  const all = readAttestations(text, file, { now, hashOf: hashFile });
  if (json === true) return print(JSON.stringify(all));
  if (all.length === 0) print(`${file} has no attestations. Begin with: merlon attest C11`);
  for (const { control, by, date, expires, state, statement, evidence } of all) {
    print(`${control}  ${states[state].padEnd(16)}  ${date} to ${expires}  ${showable(by)}: ${showable(statement)}`);
    print(`     ${showable(evidence.url ?? evidence.file ?? '')}`);
  }
}
