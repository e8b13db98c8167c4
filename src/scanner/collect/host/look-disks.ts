import { readdir, realpath, statfs } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { DiskFacts, HostFacts } from '../../facts/host.ts';
import { blind, type Look, saw } from '../../look.ts';
import { readSystemFile, whyNot } from '../read-system-file.ts';
import type { Machine } from './machine.ts';
import { type Mount, mountOf, parseMounts } from './parse-mounts.ts';
import { within } from './within.ts';

/** Most devices that a disk is followed through. */
const MAX_DEVICES = 64;
/** Of a disk's name or maker: one that the machine below makes up, and may encrypt without anybody seeing it here. */
const MADE_UP =
  /virtual|qemu|vbox|vmware|xen|persistentdisk|amazon|elastic block|msft|google|nutanix|digitalocean|ploop/i;

/** The disks that the paths lie on, one for each. */
export async function lookAtDisks(paths: readonly string[], machine: Machine): Promise<HostFacts['disks']> {
  const table = await readSystemFile(join(machine.proc, 'self', 'mountinfo'), 4 * 1024 * 1024);
  if ('blind' in table) {
    const why = blind('not-on-this-system', 'The mounted disks cannot be seen here.', '此处无法查看已挂载的磁盘。');
    return paths.map((path) => ({ path, holds: [path], facts: table.blind === 'not-offered' ? why : table }));
  }
  const mounts = parseMounts(table.saw);
  const byPoint = new Map<string, { mount: Mount; holds: string[] }>();
  for (const path of paths) {
    const mount = mountOf(await nearestExisting(path), mounts);
    if (mount === undefined) continue;
    const known = byPoint.get(mount.point) ?? { mount, holds: [] };
    byPoint.set(mount.point, known);
    known.holds.push(path);
  }
  const disks = [...byPoint].map(async ([path, { mount, holds }]) => ({
    path,
    holds,
    facts: await within(path, factsOf(mount, holds[0] ?? path, machine)),
  }));
  return await Promise.all(disks);
}

/** The real path, or that of the first folder above it that is there: a log that is not yet written will lie there. */
async function nearestExisting(path: string): Promise<string> {
  for (let at = path; at !== dirname(at); at = dirname(at)) {
    try {
      return await realpath(at);
    } catch {
      // Go on above.
    }
  }
  return '/';
}

async function factsOf(
  { device, fileSystem, source }: Mount,
  path: string,
  machine: Machine,
): Promise<Look<DiskFacts>> {
  try {
    const { blocks, bavail } = await statfs(await nearestExisting(path));
    const freePercent = blocks === 0 ? 100 : Math.round((bavail / blocks) * 1_000) / 10;
    return saw({
      device: source,
      fileSystem,
      isEncrypted: await isEncrypted(device, source, fileSystem, machine),
      freePercent,
    });
  } catch (error) {
    return whyNot(path, error);
  }
}

async function isEncrypted(device: string, source: string, fileSystem: string, { sys }: Machine) {
  if (fileSystem === 'ecryptfs' || fileSystem === 'fuse.gocryptfs' || fileSystem === 'fuse.encfs') return true;
  const name = await blockName(device, source, sys);
  return name === undefined ? undefined : await followDevice(name, sys, { left: MAX_DEVICES });
}

/** Name of the block device: by its number, or, where a file system has a number of its own (btrfs), by what is mounted. */
async function blockName(device: string, source: string, sys: string): Promise<string | undefined> {
  try {
    return basename(await realpath(join(sys, 'dev', 'block', device)));
  } catch {
    // Go on with the name.
  }
  if (!source.startsWith('/dev/')) return undefined;
  return await realpath(source).then(basename, () => undefined);
}

/** True where all that a device is made of is encrypted, false where some of it is not, undefined where it cannot be told. */
async function followDevice(name: string, sys: string, bound: { left: number }): Promise<boolean | undefined> {
  if ((bound.left -= 1) < 0) return undefined;
  const folder = join(sys, 'class', 'block', name);
  if ((await textOf(join(folder, 'dm', 'uuid')))?.startsWith('CRYPT-') === true) return true;
  const below = await namesIn(join(folder, 'slaves'));
  if (below.length > 0) {
    const found: (boolean | undefined)[] = [];
    for (const one of below) found.push(await followDevice(one, sys, bound));
    if (found.includes(false)) return false;
    return found.includes(undefined) ? undefined : true;
  }
  if ((await textOf(join(folder, 'partition'))) !== undefined) {
    const whole = await realpath(folder).then(
      (path) => basename(dirname(path)),
      () => undefined,
    );
    return whole === undefined ? undefined : await followDevice(whole, sys, bound);
  }
  return (await isMadeUp(name, folder)) ? undefined : false;
}

async function isMadeUp(name: string, folder: string): Promise<boolean> {
  if (!/^(sd[a-z]+|nvme\d+n\d+|hd[a-z]+|mmcblk\d+)$/.test(name)) return true;
  const [model = '', vendor = ''] = await Promise.all(
    ['model', 'vendor'].map((one) => textOf(join(folder, 'device', one))),
  );
  return MADE_UP.test(`${vendor} ${model}`);
}

async function textOf(path: string): Promise<string | undefined> {
  const text = await readSystemFile(path, 4_096);
  return 'saw' in text ? text.saw.trim() : undefined;
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return await readdir(folder).catch(() => []);
}
