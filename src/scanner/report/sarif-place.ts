import type { Evidence } from '../check.ts';

/** What file paths are relative to: the folder that was scanned in, and the user's own. */
const ROOT = '%SRCROOT%';
const HOME = '%HOME%';

/** The folders that places in a run name. The user's own has no address: whose it is is nobody's business. */
export function baseIds(root: string): object {
  return {
    [ROOT]: { uri: fileUri(root).replace(/\/?$/, '/') },
    [HOME]: { description: { text: 'The home folder of the user who scanned.' } },
  };
}

/** Where evidence was seen, as a `physicalLocation`; none where it was seen in no file. */
export function physicalOf({ where }: Evidence, root: string): object[] {
  const { file, line, column } = where ?? {};
  if (file === undefined) return [];
  // Code scanning puts a result on a line, so a whole file is its first.
  const region = {
    startLine: line ?? 1,
    ...(line === undefined || column === undefined ? {} : { startColumn: column }),
  };
  return [{ artifactLocation: artifactOf(file, root), region }];
}

/**
 * A place for what is in no file. GitHub turns a whole report away when a single result has none, so it gets one that is
 * named after the target: `mcp-scan/server/https/mcp.example.com/mcp`.
 */
export function placeOfTarget(target: string): object {
  const parts = target.split(/[^\p{L}\p{N}._-]+/u).filter((part) => /[^.]/.test(part));
  const uri = ['mcp-scan', ...parts].map(encoded).join('/');
  return { artifactLocation: { uri, uriBaseId: ROOT }, region: { startLine: 1 } };
}

/** Files below the root are given relative to it, as code scanning wants them; those of the user relative to `~`. */
function artifactOf(file: string, root: string): object {
  const path = slashed(file);
  const base = slashed(root).replace(/\/?$/, '/');
  if (path.startsWith('~/')) return { uri: relative(path.slice(2)), uriBaseId: HOME };
  if (path.startsWith(base) && path.length > base.length) {
    return { uri: relative(path.slice(base.length)), uriBaseId: ROOT };
  }
  return isAbsolute(path) ? { uri: fileUri(path) } : { uri: relative(path), uriBaseId: ROOT };
}

function isAbsolute(path: string): boolean {
  return path.startsWith('/') || /^[A-Za-z]:\//.test(path);
}

function fileUri(path: string): string {
  const steps = slashed(path).replace(/^\/+/, '').split('/');
  // The colon of a drive stays one.
  return `file:///${steps.map((step, index) => (index === 0 && /^[A-Za-z]:$/.test(step) ? step : encoded(step))).join('/')}`;
}

/** A path without `.` and `//`, which are not the same place to everybody. */
function relative(path: string): string {
  const steps = path.split('/').filter((step) => step !== '' && step !== '.');
  return steps.length === 0 ? '.' : steps.map(encoded).join('/');
}

function slashed(path: string): string {
  return /^[A-Za-z]:[\\/]|^[^/]*\\/.test(path) ? path.replaceAll('\\', '/') : path;
}

function encoded(step: string): string {
  return encodeURIComponent(step.toWellFormed());
}
