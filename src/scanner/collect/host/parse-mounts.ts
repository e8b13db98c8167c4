/** A file system and where it is mounted. */
export interface Mount {
  readonly point: string;
  /** `major:minor` of its device. */
  readonly device: string;
  readonly fileSystem: string;
  /** What is mounted: `/dev/sda1`, `tmpfs`, `host:/share`. */
  readonly source: string;
}

/** Most mounts that are read. */
const MAX_LINES = 20_000;

/** Reads `/proc/self/mountinfo`. Never throws; what is no mount is left out. */
export function parseMounts(text: string): readonly Mount[] {
  return text.split('\n', MAX_LINES).flatMap((line) => {
    const [left = '', right = ''] = line.split(' - ', 2);
    const [, , device = '', , point = ''] = left.split(' ', 5);
    const [fileSystem = '', source = ''] = right.split(' ', 2);
    if (!/^\d{1,10}:\d{1,10}$/.test(device) || !point.startsWith('/') || fileSystem === '') return [];
    return [{ point: unescape(point), device, fileSystem, source: unescape(source) }];
  });
}

/** The mount that a path lies in: the longest that it is below, the last one of several at one point. */
export function mountOf(path: string, mounts: readonly Mount[]): Mount | undefined {
  let best: Mount | undefined;
  for (const mount of mounts) {
    const isBelow = mount.point === '/' || path === mount.point || path.startsWith(`${mount.point}/`);
    if (isBelow && mount.point.length >= (best?.point.length ?? 0)) best = mount;
  }
  return best;
}

// Spaces, tabs, line feeds and backslashes are written as three octal digits.
function unescape(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
