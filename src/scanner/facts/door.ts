import type { Look } from '../look.ts';

/** One request and what came back. */
export interface Exchange {
  readonly status: number;
  /** In lower case; at most 64, each at most 2,048 characters. Cookies without their values. */
  readonly headers: Readonly<Record<string, string>>;
  /** The beginning of the body, at most 4,096 characters. The credential, should it come back, is `[credential]`. */
  readonly body: string;
  /** What the body, plain or an event stream, says as a JSON-RPC answer to this request, where it is that. */
  readonly rpc?: { readonly result: boolean; readonly error?: { readonly code: number; readonly message: string } };
}

/**
 * What is tried at an MCP endpoint, each with the era that it is spoken in.
 *
 * "Opens" means: `initialize` or `server/discover`, and where that is answered, `tools/list` as well; a 401 or 403 of
 * either is the exchange that counts, so that servers which ask for a credential only behind the opening are closed too.
 * "Credential" is the one that the scan was given, where it was given one.
 *
 * What a probe needs may be missing: `not-offered` where the endpoint has no such thing (a wrong credential at a door
 * that is open without any, sessions of a server without sessions), `no-credential` where it could not be tried without
 * getting in. A name is absent in an era that it makes no sense in, or where the other era's answer says it for both.
 */
export type ProbeName =
  /** Opens with no credential at all. In both eras. */
  | 'no-credential'
  /** Opens with a random credential, in the place and form of the real one. In both eras. */
  | 'wrong-credential'
  /** Opens with `Authorization: Bearer` and nothing behind it, or with empty headers. */
  | 'empty-credential'
  /**
   * Opens with a JWT of algorithm `none`. It has the claims of the real token where that is a JWT, else plausible ones.
   */
  | 'unsigned-token'
  /**
   * As above, expired, and signed with a key made for this scan: nobody but the issuer could sign it rightly. So only
   * being let in says something: that not even the signature is verified. A refusal does not show that expiry is.
   */
  | 'expired-token'
  /** The same for a token whose audience is another server. */
  | 'foreign-token'
  /**
   * Opens with a random token in `?access_token=` and nowhere else; the real one is never put into an address. That it
   * is read shows in an answer that differs from the one to `no-credential`: `error="invalid_token"` in the challenge,
   * where RFC 6750, section 3.1, wants no error for a request without any credential.
   */
  | 'credential-in-query'
  /** The opening message alone, with the credential and `Host: evil.example`. In both eras. */
  | 'foreign-host'
  /** The opening message alone, with the credential and `Origin: https://evil.example`. In both eras. */
  | 'foreign-origin'
  /** What a browser asks before a page of `https://evil.example` may POST with an Authorization header. */
  | 'preflight-foreign-origin'
  /** Modern: `Mcp-Method: tools/call` on `tools/list`. */
  | 'header-mismatch'
  /** A protocol version that does not exist: legacy in the header of a `ping`, modern in header and body. In both eras. */
  | 'version-unknown'
  /** A body announced with 64 MiB, of which a few bytes come. Blind `timeout`: not refused before the rest has come. */
  | 'oversized-body'
  /** 200 arrays in each other, in a parameter that no method has. */
  | 'deep-json'
  /** JSON that breaks off. */
  | 'invalid-json'
  /** A method that no server has. In both eras. */
  | 'unknown-method'
  /** `tools/call` of a random name. In both eras. */
  | 'unknown-tool'
  /** Legacy: `ping` in a session that was never opened. */
  | 'unknown-session'
  /** Legacy: `initialize` with an `Mcp-Session-Id` of our own, see `chosenSession`. */
  | 'chosen-session'
  /** Legacy: `tools/list` in an open session, without the credential that opened it. */
  | 'session-without-credential'
  /** Legacy: `ping` in a session that DELETE has ended. */
  | 'session-after-delete';

export interface DoorFacts {
  readonly url: string;
  readonly isLoopback: boolean;
  /** What the probes that are meant to be let in proved themselves with. */
  readonly credential: 'none' | 'bearer' | 'oauth' | 'headers';
  /** Whether the endpoint answered a well-formed opening in this era, with the credential where there is one. */
  readonly eras: { readonly legacy: Look<EraFacts>; readonly modern: Look<EraFacts> };
  readonly probes: { readonly legacy: Probes; readonly modern: Probes };
  /** The session id that `chosen-session` offered: taken over where the answer's `mcp-session-id` is the same. */
  readonly chosenSession?: string;
  /** Ids of sessions opened one after another, up to 5; all have been ended. Blind `not-offered` without sessions. */
  readonly sessionIds: Look<readonly string[]>;
  /** RFC 9728, and what it points to. Blind `not-offered` where a 401 names none and none is at the well-known paths. */
  readonly resourceMetadata: Look<MetadataFacts>;
  /** RFC 8414 or OpenID Connect, of the first 3 that the resource names, in its order. `not-asked`: not safe to fetch. */
  readonly authorizationServers: readonly Look<MetadataFacts>[];
  /** What 20 requests at once met, with the credential where there is one. `sent`: answered at all. */
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
