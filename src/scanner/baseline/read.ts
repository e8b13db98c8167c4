import { dirname, resolve } from 'node:path';
import { type ControlId, controlIds } from '../../controls/control.ts';
import { MerlonError } from '../../kernel/errors.ts';
import { Problems } from '../../kernel/problems.ts';
import { severities, type Severity } from '../check.ts';
import { type FailOn, parseFailOn } from '../gate.ts';
import { defaultThresholds, type Thresholds } from '../thresholds.ts';
import { readWaivers, waiversReader, type WrittenWaiver } from '../waive.ts';
import { finish, openPage, type Page, shownWord, suggestion, wrong } from '../written/page.ts';
import { readTextFile } from '../written/read-file.ts';
import * as is from '../written/readers.ts';
import { type Baseline, profileNames } from './baseline.ts';
import { defaultProfile, profiles } from './profiles.ts';

/** What reading a baseline takes from around it. */
export interface BaselineOptions {
  /** ms since 1970; bounds how far ahead waivers may end. Default: the machine's clock. */
  readonly now?: number;
  /** Reads the files that it names: those it extends, and waivers. Default: the disk. */
  readonly readText?: (path: string) => string;
}

/** Most baselines that may extend one another. */
const MAX_CHAIN = 8;

const failOn: is.Reader<FailOn> = (tree, page, name) => {
  const words = tree.kind === 'list' ? is.listOf(is.text, 1)(tree, page, name)?.join(',') : is.text(tree, page, name);
  if (words === undefined) return undefined;
  try {
    return parseFailOn(words);
  } catch (error) {
    if (!(error instanceof MerlonError)) throw error;
    return wrong(page, tree, error.message, { todo: error.todo });
  }
};

/** How each threshold is bounded: all are positive, and shares are percent. */
const thresholdReaders = Object.fromEntries(
  Object.keys(defaultThresholds).map((key) => [
    key,
    is.may(is.number(0, key === 'free_disk_percent' ? 100 : Number.MAX_SAFE_INTEGER)),
  ]),
) as { readonly [Key in keyof Thresholds]: is.Field<number | undefined> };

const controlReader = is.fields({
  required: is.may(is.flag),
  attestation: is.may(is.oneOf(['required', 'not-required'])),
});

interface CheckSetting {
  readonly severity: Severity | 'off';
  readonly because?: string;
}

const checkMap = is.fields({ severity: is.may(is.oneOf(severities)), off: is.may(is.text) });

/** Off only with a reason: whoever reads the report later has to know why nobody looked. */
const checkReader: is.Reader<CheckSetting> = (tree, page, name) => {
  if (tree.kind === 'scalar' && (tree.value === 'off' || tree.value === false)) {
    return wrong(page, tree, `${name} is switched off without a reason.`, { todo: 'Write { off: "the reason" }.' });
  }
  const read = checkMap(tree, page, name);
  if (read === undefined) return undefined;
  if ((read.off === undefined) === (read.severity === undefined)) {
    return wrong(page, tree, `${name} must have a severity, or off with a reason.`);
  }
  if (read.off !== undefined) return { severity: 'off', because: read.off };
  return read.severity === undefined ? undefined : { severity: read.severity };
};

/** Waivers in place, or the names of files with them. */
function waivers(now: number): is.Reader<readonly WrittenWaiver[] | string> {
  return (tree, page, name) =>
    tree.kind === 'list' ? waiversReader(now)(tree, page, name) : is.text(tree, page, name);
}

function fileReader(now: number) {
  return is.fields({
    profile: is.may(is.oneOf(profileNames)),
    extends: is.may(is.placed(is.text)),
    controls: is.may(is.mapOf(controlReader, controlIds)),
    thresholds: is.may(is.fields(thresholdReaders)),
    checks: is.may(is.mapOf(is.placed(checkReader))),
    rules: is.may(is.listOf(is.text)),
    fail_on: is.may(failOn),
    waivers: is.may(is.placed(waivers(now))),
    attestations: is.may(is.text),
  });
}

/**
 * Reads a baseline. Paths in it are relative to the file.
 * @throws Problems with everything that is wrong, MerlonError where a file that it names cannot be read
 */
export function readBaseline(text: string, file: string, options: BaselineOptions = {}): Baseline {
  return readChained(text, file, { now: Date.now(), readText: readTextFile, ...options }, [resolve(file)]);
}

/** {@link readBaseline} of a file on the disk. */
export function loadBaseline(file: string, options: BaselineOptions = {}): Baseline {
  const readText = options.readText ?? readTextFile;
  return readBaseline(readText(file), file, options);
}

function readChained(
  text: string,
  file: string,
  options: Required<BaselineOptions>,
  chain: readonly string[],
): Baseline {
  const page = openPage(text, file);
  const read = fileReader(options.now)(page.root, page, is.TOP);
  if (read?.profile !== undefined && read.extends !== undefined) {
    wrong(page, read.extends.at, 'The file names a profile and another baseline, which has one already.', {
      todo: 'Keep one of profile and extends.',
    });
  }
  const said = finish(page, read);
  const near = (path: string): string => resolve(dirname(file), path);
  const base = said.extends === undefined ? undefined : extended(said.extends, page, near, options, chain);
  const start = base ?? profiles[said.profile ?? defaultProfile];
  const checks = [...(said.checks ?? [])];
  const thresholds = Object.entries(said.thresholds ?? {}).filter(([, value]) => value !== undefined);
  const attestations = said.attestations === undefined ? base?.attestations : near(said.attestations);
  const fails = said.fail_on ?? start.failOn;
  return {
    profile: start.profile,
    required: changed(start.required, said.controls, ({ required }) => required),
    attested: changed(start.attested, said.controls, ({ attestation }) =>
      attestation === undefined ? undefined : attestation === 'required',
    ),
    thresholds: { ...start.thresholds, ...Object.fromEntries(thresholds) },
    severities: merged(
      base?.severities,
      checks.map(([id, { value }]) => [id, value.severity] as const),
    ),
    off: merged(
      withoutAll(
        base?.off,
        checks.map(([id]) => id),
      ),
      checks.flatMap(([id, { value }]) => (value.because === undefined ? [] : [[id, value.because] as const])),
    ),
    checkPlaces: merged(
      base?.checkPlaces,
      checks.map(([id, { at }]) => [id, page.placeOf(at)] as const),
    ),
    rules: [...(base?.rules ?? []), ...(said.rules ?? []).map(near)],
    ...(fails === undefined ? {} : { failOn: fails }),
    waivers: [...(base?.waivers ?? []), ...waiversOf(said.waivers?.value, near, options)],
    ...(attestations === undefined ? {} : { attestations }),
  };
}

function extended(
  { value, at }: is.Placed<string>,
  page: Page,
  near: (path: string) => string,
  options: Required<BaselineOptions>,
  chain: readonly string[],
): Baseline {
  const path = near(value);
  const fault = chain.includes(path) ? 'extends itself' : 'is one too many in a row';
  if (chain.includes(path) || chain.length >= MAX_CHAIN) {
    wrong(page, at, `The baseline that stands here ${fault}.`);
    throw new Problems(page.file, page.problems);
  }
  return readChained(options.readText(path), path, options, [...chain, path]);
}

function waiversOf(
  said: readonly WrittenWaiver[] | string | undefined,
  near: (path: string) => string,
  { now, readText }: Required<BaselineOptions>,
): readonly WrittenWaiver[] {
  if (typeof said !== 'string') return said ?? [];
  return readWaivers(readText(near(said)), near(said), { now });
}

function changed<T>(
  start: ReadonlySet<ControlId>,
  said: ReadonlyMap<ControlId, T> | undefined,
  isIn: (one: T) => boolean | undefined,
): ReadonlySet<ControlId> {
  return new Set(
    controlIds.filter((id) => {
      const one = said?.get(id);
      return (one === undefined ? undefined : isIn(one)) ?? start.has(id);
    }),
  );
}

function merged<T>(base: ReadonlyMap<string, T> | undefined, more: readonly (readonly [string, T])[]): Map<string, T> {
  return new Map([...(base ?? []), ...more]);
}

function withoutAll<T>(map: ReadonlyMap<string, T> | undefined, keys: readonly string[]): Map<string, T> {
  return new Map([...(map ?? [])].filter(([key]) => !keys.includes(key)));
}

/**
 * Checks that a baseline speaks only of checks that exist: a misspelt id would leave a check as severe as it was, or on.
 * @throws Problems CONFIG_UNKNOWN_KEY
 */
export function checkIdsExist(baseline: Baseline, known: readonly string[]): void {
  const strange = [...baseline.severities.keys()].filter((id) => !known.includes(id));
  const problems = strange.map((id) => {
    const place = baseline.checkPlaces.get(id);
    const { todo, data } = suggestion(id, known);
    return new MerlonError('CONFIG_UNKNOWN_KEY', `There is no check ${shownWord(id)}.`, {
      ...(data === undefined ? { todo: 'merlon rules list shows the checks.' } : { data, ...(todo && { todo }) }),
      ...(place === undefined ? {} : { place }),
    });
  });
  if (problems.length > 0) throw new Problems('The baseline', problems);
}
