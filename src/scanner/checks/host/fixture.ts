import type { HostFacts, HostFileFacts, SocketFacts } from '../../facts/host.ts';
import { blind, saw } from '../../look.ts';
import type { HostFile } from '../../target.ts';

const notAsked = blind('not-asked', 'Not asked.', '未询问。');

/** A host of which nothing is known but what is given. */
export function host(facts: Partial<HostFacts>): HostFacts {
  return {
    platform: 'linux',
    isRoot: true,
    files: [],
    firewall: notAsked,
    sockets: notAsked,
    intendedPorts: [],
    disks: [],
    rotation: saw([]),
    testRecords: notAsked,
    ...facts,
  };
}

type Seen = Extract<HostFileFacts['facts'], { saw: unknown }>['saw'];

/** A file that was seen: 0600 in a folder of 0700, unless told otherwise. */
export function file(path: string, role: HostFile['role'], facts: Partial<Seen> = {}): HostFileFacts {
  const seen: Seen = { mode: 0o600, isOwn: true, bytes: 1_000, kind: 'file', folderMode: 0o700, ...facts };
  return { path, role, facts: saw(seen) };
}

/** A file that is not there. */
export function noFile(path: string, role: HostFile['role']): HostFileFacts {
  return { path, role, facts: blind('not-offered', 'It does not exist.', '不存在。') };
}

/** A listening socket. */
export function socket(address: string, port: number, program?: string): SocketFacts {
  return { address, port, isLoopback: address === '127.0.0.1' || address === '::1', program };
}
