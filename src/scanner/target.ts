import type { Parts } from './facts/index.ts';
import type { Look } from './look.ts';

/** What can be scanned. `deployment` is made of all other targets of a scan: what only shows when they are seen together. */
export const targetKinds = [
  'server',
  'server-config',
  'client-config',
  'manifest',
  'tools',
  'stdio',
  'host',
  'repository',
  'deployment',
] as const;
export type TargetKind = (typeof targetKinds)[number];

/** The facts collected once about what is scanned. All text in it is attacker-controlled. */
export interface Target {
  /** Stable between scans, such as `server:https://a.example/mcp`; part of fingerprints. */
  readonly id: string;
  readonly kind: TargetKind;
  /** How people are shown it; no credentials. */
  readonly name: string;
  /** What a part is missing from is not asked about it. */
  readonly parts: { readonly [Part in keyof Parts]?: Look<Parts[Part]> };
}

/** How a scan proves who it is to a server. */
export type Credential =
  | { readonly kind: 'bearer'; readonly token: string }
  | {
      readonly kind: 'client-credentials';
      readonly tokenUrl: string;
      readonly clientId: string;
      readonly clientSecret: string;
      readonly scope?: string;
      /** What the token is to be for (RFC 8707), such as the MCP endpoint's address. Default: not said. */
      readonly resource?: string;
    }
  | { readonly kind: 'headers'; readonly headers: Readonly<Record<string, string>> };

/** What to scan. */
export type TargetSpec =
  | {
      readonly kind: 'server';
      /** An MCP endpoint, or a bare origin: then the endpoint is `/mcp`. */
      readonly url: string;
      readonly credential?: Credential;
      /** False accepts any certificate for reading on; that the certificate is bad is still found. */
      readonly verifyTls: boolean;
      /** PEM certificates to trust besides the system's. */
      readonly ca?: string;
      /** Leaves out the bursts that show a rate limit, for servers that are in use. Default false. */
      readonly gentle?: boolean;
    }
  | { readonly kind: 'server-config'; readonly file: string }
  | { readonly kind: 'client-config'; readonly file: string; readonly client?: string }
  | { readonly kind: 'manifest'; readonly file: string }
  | { readonly kind: 'tools'; readonly file: string }
  /** Only ever made by an explicit request of the user: it starts a program. */
  | {
      readonly kind: 'stdio';
      readonly command: readonly string[];
      readonly name?: string;
      /** What the command gets besides PATH, HOME and LANG. */
      readonly env?: Readonly<Record<string, string>>;
      /** True lets it use the network, where a sandbox could keep it away. Default false. */
      readonly network?: boolean;
    }
  | {
      readonly kind: 'host';
      /** Files and folders whose modes, rotation and disks are looked at, with what they are. */
      readonly files: readonly HostFile[];
      /** Ports that are meant to be open. */
      readonly ports: readonly number[];
      /** Folder with the dated records of security tests. */
      readonly records?: string;
    }
  | { readonly kind: 'repository'; readonly folder: string };

/** A file of a deployment on this host. */
export interface HostFile {
  readonly path: string;
  readonly role: 'private-key' | 'keys' | 'secret' | 'audit-log' | 'server-log' | 'config' | 'state';
}

/** The machine and the moment around a scan. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  /** The working folder. */
  readonly project: string;
  readonly platform: NodeJS.Platform;
  /** This installation's program file: an entry that starts it goes through Merlon. Default: told by its form alone. */
  readonly program?: string;
  /** ms since 1970. */
  readonly now: () => number;
  /** Ends everything that is under way. */
  readonly signal: AbortSignal;
  /** Told of each step, for people who wait; plain text without control characters. */
  readonly step: (target: string, what: string) => void;
}

/** Collects the facts of one target; all input and output is here. Never throws: what cannot be seen is a blind look. */
export type Collect<Kind extends TargetSpec['kind']> = (
  spec: Extract<TargetSpec, { kind: Kind }>,
  surroundings: Surroundings,
) => Promise<readonly Target[]>;
