import type { Look } from '../look.ts';

/** TLS versions that are tried. */
export const tlsVersions = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const;
export type TlsVersion = (typeof tlsVersions)[number];

export interface TransportFacts {
  readonly url: string;
  readonly scheme: 'http' | 'https';
  readonly host: string;
  readonly port: number;
  readonly isLoopback: boolean;
  /** Blind `not-offered` where the address is plain HTTP. */
  readonly tls: Look<TlsFacts>;
  /** What plain HTTP on the same port (and on port 80 where the port is 443) is answered with. */
  readonly plainHttp: Look<PlainHttp>;
}

export interface TlsFacts {
  /** Which versions were accepted when nothing else was offered. */
  readonly versions: Readonly<Record<TlsVersion, Look<{ readonly accepted: boolean; readonly suite?: string }>>>;
  readonly certificate: Look<CertificateFacts>;
  /** For each kind of weak suite that TLS 1.2 accepted, the one that the server chose. Blind `not-offered` without TLS 1.2. */
  readonly weakSuites: Look<readonly { readonly kind: WeakSuiteKind; readonly suite: string }[]>;
}

/**
 * What is wrong with a suite. `broken`: no encryption, no authentication, RC4, DES, 3DES or export keys.
 * `cbc-sha1`: forward secrecy, but CBC with SHA-1.
 */
export const weakSuiteKinds = ['broken', 'no-forward-secrecy', 'cbc-sha1'] as const;
export type WeakSuiteKind = (typeof weakSuiteKinds)[number];

export interface CertificateFacts {
  readonly subject: string;
  readonly issuer: string;
  /** ms since 1970. */
  readonly validFrom: number;
  readonly validTo: number;
  /** At most 50, each at most 253 characters. */
  readonly names: readonly string[];
  readonly nameMatches: boolean;
  readonly key: { readonly type: string; readonly bits: number | undefined };
  /** Such as `ecdsa-with-SHA256`; the dotted number where it has no well-known name. */
  readonly signatureAlgorithm: string | undefined;
  readonly selfSigned: boolean;
  /** Undefined when the chain is trusted; else Node's code, such as `DEPTH_ZERO_SELF_SIGNED_CERT`. */
  readonly untrusted: string | undefined;
}

export interface PlainHttp {
  /**
   * `served`: an MCP endpoint answered over plain HTTP, be it by asking for a credential. `refused`: an answer that serves
   * nothing (403, 404, 426 …). `closed`: no connection, or no HTTP. Of two ports the worse answer.
   */
  readonly answer: 'closed' | 'redirected' | 'refused' | 'served';
  readonly port: number;
  readonly status?: number;
  readonly location?: string;
  /** True for a served web page: there is content, but perhaps not the endpoint. */
  readonly isPage?: boolean;
}
