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
}

export interface CertificateFacts {
  readonly subject: string;
  readonly issuer: string;
  /** ms since 1970. */
  readonly validFrom: number;
  readonly validTo: number;
  readonly names: readonly string[];
  readonly nameMatches: boolean;
  readonly key: { readonly type: string; readonly bits: number | undefined };
  readonly signatureAlgorithm: string | undefined;
  readonly selfSigned: boolean;
  /** Undefined when the chain is trusted; else Node's code, such as `DEPTH_ZERO_SELF_SIGNED_CERT`. */
  readonly untrusted: string | undefined;
}

export interface PlainHttp {
  /** `served`: content came over plain HTTP. `refused`: an answer that serves nothing (4xx, 426). `closed`: no answer. */
  readonly answer: 'closed' | 'redirected' | 'refused' | 'served';
  readonly port: number;
  readonly status?: number;
  readonly location?: string;
}
