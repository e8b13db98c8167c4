import type { Look } from '../look.ts';

/** One request and what came back. */
export interface Exchange {
  readonly status: number;
  /** In lower case; bounded. */
  readonly headers: Readonly<Record<string, string>>;
  /** The beginning of the body, at most 4,096 characters. */
  readonly body: string;
  /** What the body says as JSON-RPC, where it is that. */
  readonly rpc?: { readonly result: boolean; readonly error?: { readonly code: number; readonly message: string } };
}

/** What is tried at an MCP endpoint, each with the era that it is spoken in. */
export type ProbeName =
  | 'no-credential'
  | 'wrong-credential'
  | 'empty-credential'
  | 'unsigned-token'
  | 'expired-token'
  | 'foreign-token'
  | 'credential-in-query'
  | 'foreign-host'
  | 'foreign-origin'
  | 'preflight-foreign-origin'
  | 'header-mismatch'
  | 'version-unknown'
  | 'oversized-body'
  | 'deep-json'
  | 'invalid-json'
  | 'unknown-method'
  | 'unknown-tool'
  | 'unknown-session'
  | 'chosen-session'
  | 'session-without-credential'
  | 'session-after-delete';

export interface DoorFacts {
  readonly url: string;
  readonly isLoopback: boolean;
  /** What the probes that are meant to be let in proved themselves with. */
  readonly credential: 'none' | 'bearer' | 'oauth' | 'headers';
  /** Whether the endpoint answered a well-formed opening in this era, with the credential where there is one. */
  readonly eras: { readonly legacy: Look<EraFacts>; readonly modern: Look<EraFacts> };
  readonly probes: { readonly legacy: Probes; readonly modern: Probes };
  /** Ids of sessions opened one after another. */
  readonly sessionIds: Look<readonly string[]>;
  /** RFC 9728, and what it points to. Blind `not-offered` where a 401 names none. */
  readonly resourceMetadata: Look<MetadataFacts>;
  readonly authorizationServers: readonly Look<MetadataFacts>[];
  /** What a bounded burst of requests met. */
  readonly burst: Look<{ readonly sent: number; readonly limited: number; readonly retryAfter: boolean }>;
}

export type Probes = { readonly [Name in ProbeName]?: Look<Exchange> };

export interface EraFacts {
  readonly version: string;
  readonly server: { readonly name: string; readonly version: string };
  readonly instructions: string | undefined;
}

export interface MetadataFacts {
  readonly url: string;
  /** The document; a map that may hold anything. */
  readonly document: Readonly<Record<string, unknown>>;
}
