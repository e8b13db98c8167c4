import type { HostFile } from '../target.ts';
import type { Look } from '../look.ts';

export interface HostFacts {
  readonly platform: string;
  readonly isRoot: boolean;
  readonly files: readonly HostFileFacts[];
  readonly firewall: Look<FirewallFacts>;
  /** Listening TCP sockets. */
  readonly sockets: Look<readonly SocketFacts[]>;
  /** Ports that the deployment means to have open. */
  readonly intendedPorts: readonly number[];
  /** One for each disk that something of the deployment lies on; `path` is where it is mounted, `holds` what lies on it. */
  readonly disks: readonly {
    readonly path: string;
    readonly holds?: readonly string[];
    readonly facts: Look<DiskFacts>;
  }[];
  /** Rules of logrotate or journald that cover a log of the deployment. */
  readonly rotation: Look<readonly { readonly path: string; readonly by: string }[]>;
  /** Dated records of security tests, newest first. */
  readonly testRecords: Look<readonly TestRecordFacts[]>;
}

export interface HostFileFacts extends HostFile {
  readonly facts: Look<{
    /** Permission bits, such as 0o600. */
    readonly mode: number;
    readonly isOwn: boolean;
    readonly bytes: number;
    readonly kind: 'file' | 'folder' | 'other';
    /** The permission bits of the folder it lies in, and for a link of the one it leads to as well: all bits of both. */
    readonly folderMode: number;
    /** Where a symbolic link leads; the other facts are then of what it leads to. */
    readonly linksTo?: string;
    /** Names of files beside it that are earlier parts of it: `audit-2026-11-22.log`, `server.log.1`, `server.log.2.gz`. */
    readonly rotated?: readonly string[];
  }>;
}

export interface FirewallFacts {
  /** What was asked: `nft`, `iptables`, `ufw`. */
  readonly by: string;
  readonly hasRules: boolean;
  /** What happens to packets that no rule speaks of; undefined where no chain hooks into input. */
  readonly inputPolicy: 'accept' | 'drop' | 'reject' | undefined;
  /** TCP ports that rules accept from anywhere. */
  readonly openPorts: readonly number[];
  /** The same as ranges, with those that are too wide to list. */
  readonly openRanges?: readonly PortRange[];
  /** `inputPolicy` for each version of IP. */
  readonly byFamily?: { readonly ip: FirewallFacts['inputPolicy']; readonly ip6: FirewallFacts['inputPolicy'] };
  /** True where some rules were not understood: ports that they open are missing. */
  readonly isPartial?: boolean;
}

/** Ports from the first to the last, both included. */
export interface PortRange {
  readonly from: number;
  readonly to: number;
}

export interface SocketFacts {
  readonly address: string;
  readonly port: number;
  readonly isLoopback: boolean;
  /** Name of the program where it can be seen. */
  readonly program: string | undefined;
}

export interface DiskFacts {
  readonly device: string;
  readonly fileSystem: string;
  /** Undefined where it cannot be told, as on a virtual or network disk. */
  readonly isEncrypted: boolean | undefined;
  readonly freePercent: number;
}

export interface TestRecordFacts {
  readonly file: string;
  /** ms since 1970. */
  readonly when: number;
  readonly target: string;
  readonly passed: number;
  readonly failed: number;
}
