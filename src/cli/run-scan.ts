import { realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { createMask } from '../detect/mask.ts';
import type { MerlonError } from '../kernel/errors.ts';
import { collectors } from '../scanner/collect/index.ts';
import { diffScans, readScanResult } from '../scanner/diff.ts';
import { exitCodeOf, gate } from '../scanner/gate.ts';
import { formatOf } from '../scanner/report/formats.ts';
import { render } from '../scanner/report/render.ts';
import { scan } from '../scanner/scan.ts';
import type { ScanResult } from '../scanner/scan-result.ts';
import type { Surroundings, Target, TargetSpec } from '../scanner/target.ts';
import { applyWaivers, waiverNotes } from '../scanner/waive.ts';
import { readTextFile } from '../scanner/written/read-file.ts';
import { report } from './report.ts';
import { measureOf, type ScanMeasure } from './scan-measure.ts';
import type { ScanOptions } from './scan-options.ts';
import { createProgress } from './scan-progress.ts';
import { targetsOf } from './scan-targets.ts';
import { version } from './version.ts';
import { checkPlaceOf, writeReport } from './write-report.ts';

/** Longest time of a whole scan, ms: every probe has a shorter one of its own. */
const MAX_SCAN_MS = 600_000;
/** Largest earlier report, bytes: one of a hundred clients has several MiB. */
const MAX_REPORT_BYTES = 128 * 1024 * 1024;
const MIN_WIDTH = 60;
const MAX_WIDTH = 160;

/** `merlon scan`. @returns 0 the gate holds, 1 it fails, 3 something could not be looked at */
export async function runScan(names: readonly string[], options: ScanOptions): Promise<number> {
  const progress = createProgress(process.stderr, options.progress);
  const { surroundings, interrupt } = surroundingsHere((target, what) => progress.step(target, what));
  // Everything that can be wrong with what the user wrote is said before anything is probed.
  const asked = await targetsOf(names, options, surroundings);
  const measure = await measureOf(options, asked.config, surroundings.now());
  const earlier =
    options.diff === undefined ? undefined : readScanResult(readTextFile(options.diff, MAX_REPORT_BYTES), options.diff);
  for (const file of [...options.output, options.facts ?? []].flat()) checkPlaceOf(file);
  const mask = createMask({ secrets: asked.secrets });
  process.once('SIGINT', interrupt);
  const { result, targets, notes } = await scanned(asked.specs, measure, surroundings).finally(() => {
    process.off('SIGINT', interrupt);
    progress.end();
  });
  for (const note of notes) report(note, (text) => void process.stderr.write(text));
  const whole: ScanResult = {
    ...result,
    gate: gate(result, measure.failOn),
    diff: earlier === undefined ? undefined : diffScans(earlier, result),
  };
  await writeAll(whole, targets, options, (text) => mask.exact(text));
  return exitCodeOf(whole);
}

/** Scans and marks what is accepted; `notes` say which waivers are unused or over. */
export async function scanned(
  specs: readonly TargetSpec[],
  { baseline, checks, attestations, waivers }: ScanMeasure,
  surroundings: Surroundings,
): Promise<Awaited<ReturnType<typeof scan>> & { readonly notes: readonly MerlonError[] }> {
  let notes: readonly MerlonError[] = [];
  const done = await scan({
    specs,
    checks,
    measure: baseline,
    attestations,
    waive: (findings) => {
      const waived = applyWaivers(findings, waivers, surroundings.now());
      notes = waiverNotes(waived);
      return waived.findings;
    },
    collectors,
    surroundings,
    merlon: version,
  });
  return { ...done, notes };
}

/** The file that was started; none where Merlon is used as a library. */
function programHere(): { program?: string } {
  try {
    return { program: realpathSync(process.argv[1] ?? '') };
  } catch {
    return {};
  }
}

/** The machine and the moment; after an interrupt, what was seen until then is reported. */
export function surroundingsHere(step: Surroundings['step']): {
  readonly surroundings: Surroundings;
  readonly interrupt: () => void;
} {
  const end = new AbortController();
  const surroundings: Surroundings = {
    env: process.env,
    home: homedir(),
    project: process.cwd(),
    platform: process.platform,
    ...programHere(),
    now: Date.now,
    signal: AbortSignal.any([end.signal, AbortSignal.timeout(MAX_SCAN_MS)]),
    step,
  };
  return { surroundings, interrupt: () => end.abort() };
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
  const color = stdout.isTTY && process.env['NO_COLOR'] === undefined;
  await Promise.all(
    options.output.map(async (file) => {
      // A file has no terminal: no colours, and everything that was looked at.
      const text = await render(result, formatOf(file), { ...to, color: false, width: 100, all: true });
      await writeReport(file, hide(text));
    }),
  );
  if (options.facts !== undefined) await writeReport(options.facts, hide(`${JSON.stringify(targets, null, 2)}\n`));
  stdout.write(hide(await render(result, options.format, { ...to, color, width })));
}
