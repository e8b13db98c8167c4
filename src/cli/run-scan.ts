import { writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { createMask } from '../detect/mask.ts';
import { MerlonError } from '../kernel/errors.ts';
import { nearest } from '../kernel/nearest.ts';
import type { ScanConfig } from '../scanner/baseline/scan-config.ts';
import { type Baseline, type ProfileName, profileNames } from '../scanner/baseline/baseline.ts';
import { defaultProfile, profiles } from '../scanner/baseline/profiles.ts';
import { checkIdsExist, loadBaseline } from '../scanner/baseline/read.ts';
import { checks } from '../scanner/checks/index.ts';
import { collectors } from '../scanner/collect/index.ts';
import { diffScans, readScanResult } from '../scanner/diff.ts';
import { exitCodeOf, gate, parseFailOn } from '../scanner/gate.ts';
import { formatOf, type ReportFormat } from '../scanner/report/formats.ts';
import { render } from '../scanner/report/render.ts';
import { scan } from '../scanner/scan.ts';
import type { ScanResult } from '../scanner/scan-result.ts';
import type { Surroundings, Target } from '../scanner/target.ts';
import { applyWaivers, readWaivers, waiverNotes } from '../scanner/waive.ts';
import { readTextFile } from '../scanner/written/read-file.ts';
import { report } from './report.ts';
import type { ScanOptions } from './scan-options.ts';
import { createProgress } from './scan-progress.ts';
import { targetsOf } from './scan-targets.ts';
import { version } from './version.ts';

/** Longest time of a whole scan, ms: every probe has a shorter one of its own. */
const MAX_SCAN_MS = 600_000;
const MIN_WIDTH = 60;
const MAX_WIDTH = 160;

/** `merlon scan`. @returns 0 the gate holds, 1 it fails, 3 something could not be looked at */
export async function runScan(names: readonly string[], options: ScanOptions): Promise<number> {
  const progress = createProgress(process.stderr, options.progress);
  const { surroundings, interrupt } = here(progress.step);
  // Everything that can be wrong with what the user wrote is said before anything is probed.
  const asked = await targetsOf(names, options, surroundings);
  const baseline = baselineOf(options, asked.config);
  const failOn = options.failOn === undefined ? (baseline.failOn ?? parseFailOn('high')) : parseFailOn(options.failOn);
  const now = surroundings.now();
  const waivers = [...baseline.waivers, ...waiversOf(options, now)];
  const earlier = options.diff === undefined ? undefined : readScanResult(readTextFile(options.diff), options.diff);
  const mask = createMask({ secrets: asked.secrets });
  process.once('SIGINT', interrupt);

  let notes: readonly MerlonError[] = [];
  const { result, targets } = await scan({
    specs: asked.specs,
    checks,
    measure: baseline,
    attestations: [],
    waive: (findings) => {
      const waived = applyWaivers(findings, waivers, now);
      notes = waiverNotes(waived);
      return waived.findings;
    },
    collectors,
    surroundings,
    merlon: version,
  }).finally(() => {
    process.off('SIGINT', interrupt);
    progress.end();
  });
  for (const note of notes) report(note, (text) => void process.stderr.write(text));
  const whole: ScanResult = {
    ...result,
    gate: gate(result, failOn),
    diff: earlier === undefined ? undefined : diffScans(earlier, result),
  };
  await writeAll(whole, targets, options, (text) => mask.exact(text));
  return exitCodeOf(whole);
}

/** The machine and the moment; the first Ctrl-C ends the probing, and what was seen until then is reported. */
function here(step: Surroundings['step']): { surroundings: Surroundings; interrupt: () => void } {
  const end = new AbortController();
  const surroundings: Surroundings = {
    env: process.env,
    home: homedir(),
    project: process.cwd(),
    platform: process.platform,
    now: Date.now,
    signal: AbortSignal.any([end.signal, AbortSignal.timeout(MAX_SCAN_MS)]),
    step,
  };
  return { surroundings, interrupt: () => end.abort() };
}

function baselineOf(options: ScanOptions, config: ScanConfig | undefined): Baseline {
  const file = options.baseline ?? config?.baseline;
  const name = options.profile ?? config?.profile;
  const chosen = name === undefined ? profiles[defaultProfile] : profiles[profileOf(name)];
  if (file === undefined) return chosen;
  if (options.profile !== undefined) {
    throw new MerlonError('USAGE', 'A baseline names its own profile; give one of the two.');
  }
  const baseline = loadBaseline(file);
  checkIdsExist(
    baseline,
    checks.map(({ id }) => id),
  );
  return baseline;
}

function profileOf(name: string): ProfileName {
  const known = profileNames.find((one) => one === name);
  if (known !== undefined) return known;
  const near = nearest(name, profileNames);
  throw new MerlonError('USAGE', `There is no profile ${JSON.stringify(name)}.`, {
    todo: near === undefined ? `It is one of ${profileNames.join(', ')}.` : `Did you mean ${near}?`,
  });
}

function waiversOf({ waivers }: ScanOptions, now: number): ReturnType<typeof readWaivers> {
  return waivers === undefined ? [] : readWaivers(readTextFile(waivers), waivers, { now });
}

async function writeAll(
  result: ScanResult,
  targets: readonly Target[],
  options: ScanOptions,
  hide: (text: string) => string,
): Promise<void> {
  const { stdout } = process;
  const to = { language: options.lang, all: options.all === true, root: process.cwd() };
  const width = Math.min(Math.max(stdout.columns ?? 100, MIN_WIDTH), MAX_WIDTH);
  const color = stdout.isTTY === true && process.env['NO_COLOR'] === undefined;
  const files = options.output.map((file): readonly [string, ReportFormat] => [file, formatOf(file)]);
  await Promise.all(
    files.map(async ([file, format]) => {
      // A file has no terminal: no colours, and everything that was looked at.
      const text = await render(result, format, { ...to, color: false, width: 100, all: true });
      await write(file, hide(text));
    }),
  );
  if (options.facts !== undefined) await write(options.facts, hide(`${JSON.stringify(targets, null, 2)}\n`));
  stdout.write(hide(await render(result, options.format, { ...to, color, width })));
}

/** Reports say where a deployment is weak: they are for their user alone. */
async function write(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { mode: 0o600 });
  } catch (cause) {
    throw new MerlonError('STATE_NOT_WRITABLE', `The file ${file} cannot be written.`, { cause });
  }
}
