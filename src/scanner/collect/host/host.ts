import type { HostFacts } from '../../facts/host.ts';
import { blind, saw } from '../../look.ts';
import type { Collect, HostFile, Surroundings, TargetSpec } from '../../target.ts';
import { lookAtDisks } from './look-disks.ts';
import { lookAtFile } from './look-files.ts';
import { lookAtFirewall } from './look-firewall.ts';
import { lookAtRecords } from './look-records.ts';
import { lookAtRotation } from './look-rotation.ts';
import { lookAtSockets } from './look-sockets.ts';
import { type Machine, thisMachine } from './machine.ts';

/** Most files of a deployment that are looked at. */
const MAX_FILES = 1_000;

type HostSpec = Extract<TargetSpec, { kind: 'host' }>;

/**
 * Collects what can be seen of this machine, or of the container that the scan runs in. Files are looked at from outside;
 * the only programs that are started are the firewall's own, to print its rules.
 */
export const collectHost: Collect<'host'> = async (spec, surroundings) => [
  {
    id: 'host',
    kind: 'host',
    name: 'this machine',
    parts: { host: saw(await factsOf(spec, surroundings, thisMachine)) },
  },
];

/** The facts of a machine. */
export async function factsOf(spec: HostSpec, surroundings: Surroundings, machine: Machine): Promise<HostFacts> {
  const { platform, step, signal } = surroundings;
  const files = spec.files.slice(0, MAX_FILES);
  step('host', 'look at files');
  const testRecords = await lookAtRecords(spec.records);
  const known = {
    platform,
    isRoot: machine.uid === 0,
    files: await looksAtFiles(files, surroundings, machine),
    intendedPorts: spec.ports,
    testRecords,
  };
  if (platform !== 'linux') {
    const elsewhere = blind(
      'not-on-this-system',
      `This is not looked at on ${platform}.`,
      `在 ${platform} 上不检查此项。`,
    );
    return { ...known, firewall: elsewhere, sockets: elsewhere, disks: [], rotation: elsewhere };
  }
  step('host', 'look at disks, sockets and rotation');
  const paths = files.map(({ path }) => path);
  const disks = await lookAtDisks(paths, machine);
  const sockets = await lookAtSockets(machine);
  const logs = files.filter(({ role }) => role === 'audit-log' || role === 'server-log');
  const rotation = await lookAtRotation(
    logs.map(({ path }) => path),
    machine,
  );
  step('host', 'ask the firewall for its rules');
  const firewall = await lookAtFirewall(machine, signal);
  return { ...known, firewall, sockets, disks, rotation };
}

async function looksAtFiles(files: readonly HostFile[], { platform }: Surroundings, { uid }: Machine) {
  // The permission bits that Windows shows say nothing.
  if (platform !== 'win32') return await Promise.all(files.map((file) => lookAtFile(file, uid)));
  const facts = blind(
    'not-on-this-system',
    'Permissions are not looked at on Windows.',
    '在 Windows 上不检查文件权限。',
  );
  return files.map((file) => ({ ...file, facts }));
}
