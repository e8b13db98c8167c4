import { DAY_MS } from './clock.ts';

/** When a log file ends: at midnight UTC, at every full hour UTC, or never by time. */
export type Rotation = 'daily' | 'hourly' | 'never';

/** When a file is due to rotate. */
export interface RotationRule {
  readonly rotation: Rotation;
  /** Bytes that a file may hold; 0 = no limit. */
  readonly maxBytes: number;
}

/** What a file holds, or what is about to be written to it. */
export interface Extent {
  /** When its last line was written, in milliseconds since the Unix epoch. */
  readonly time: number;
  readonly bytes: number;
}

const HOUR = 3_600_000;

/**
 * True when `next` belongs into a new file. An empty file never rotates, so a line longer than `maxBytes` gets a file of
 * its own; a clock that steps back never rotates, so that one period is not torn apart.
 */
export function isRotationDue(rule: RotationRule, file: Extent, next: Extent): boolean {
  if (file.bytes === 0) return false;
  if (rule.maxBytes > 0 && file.bytes + next.bytes > rule.maxBytes) return true;
  if (rule.rotation === 'never') return false;
  const period = rule.rotation === 'daily' ? DAY_MS : HOUR;
  return Math.floor(next.time / period) > Math.floor(file.time / period);
}

/**
 * The name that `base` (`audit.log`) gets when it is put aside: `audit-2026-11-22.log`, hourly `audit-2026-11-22T13.log`,
 * then `-1`, `-2`, … before the extension. It sorts after every name in `existing` by {@link rotatedInOrder}, even when
 * the clock stepped back or the rotation was changed in between.
 * @param time when the file's last line was written, in milliseconds since the Unix epoch
 */
export function rotatedName(base: string, rotation: Rotation, time: number, existing: Iterable<string>): string {
  const stamp = new Date(time).toISOString().slice(0, rotation === 'hourly' ? 13 : 10);
  const newest = parseAll(base, existing).at(-1);
  const { stem, extension } = split(base);
  if (newest === undefined || newest.stamp < stamp) return `${stem}-${stamp}${extension}`;
  return `${stem}-${newest.stamp}-${newest.index + 1}${extension}`;
}

/** The rotated files of `base` among `names`, oldest first; other names are left out. */
export function rotatedInOrder(base: string, names: Iterable<string>): string[] {
  return parseAll(base, names).map((file) => file.name);
}

/**
 * The rotated files of `base` whose last day (UTC) ended `retentionDays` or more days before `now`, oldest first.
 * @param retentionDays full days to keep; 0 = for ever
 */
export function expiredFiles(base: string, names: Iterable<string>, now: number, retentionDays: number): string[] {
  if (retentionDays <= 0) return [];
  const expired = parseAll(base, names).filter((file) => file.day + DAY_MS + retentionDays * DAY_MS <= now);
  return expired.map((file) => file.name);
}

interface RotatedFile {
  readonly name: string;
  readonly stamp: string;
  readonly index: number;
  /** Start of the day in its name. */
  readonly day: number;
}

const STAMP = /^-(\d{4}-\d{2}-\d{2})(T(?:[01]\d|2[0-3]))?(?:-([1-9]\d{0,8}))?$/;

function parseAll(base: string, names: Iterable<string>): RotatedFile[] {
  const { stem, extension } = split(base);
  const files: RotatedFile[] = [];
  for (const name of names) {
    if (!name.startsWith(stem) || !name.endsWith(extension)) continue;
    const match = STAMP.exec(name.slice(stem.length, name.length - extension.length));
    const day = match?.[1];
    if (match === null || day === undefined || !isCalendarDay(day)) continue;
    files.push({ name, stamp: day + (match[2] ?? ''), index: Number(match[3] ?? 0), day: Date.parse(day) });
  }
  return files.sort((a, b) => (a.stamp === b.stamp ? a.index - b.index : a.stamp < b.stamp ? -1 : 1));
}

function isCalendarDay(day: string): boolean {
  const time = Date.parse(day);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day);
}

function split(base: string): { stem: string; extension: string } {
  const dot = base.lastIndexOf('.');
  return dot <= 0 ? { stem: base, extension: '' } : { stem: base.slice(0, dot), extension: base.slice(dot) };
}
