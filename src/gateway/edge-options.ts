import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../kernel/clock.ts';
import type { MerlonError } from '../kernel/errors.ts';

/** What the edge tells its operator; the values of `fields` carry no secrets and no payloads. */
export interface EdgeLog {
  info(msg: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(msg: string, fields?: Readonly<Record<string, unknown>>): void;
  error(msg: string, fields?: Readonly<Record<string, unknown>>): void;
}

/**
 * Answers one admitted request. It may answer later; what it throws at once is logged and answered with 500 INTERNAL.
 * It reads a body with `readBody`, which also waves on callers who wait for "100 Continue", and writes a stream with
 * `writeBounded` or waits for `drain`: nothing else bounds what piles up for a caller who does not read.
 */
export type EdgeHandler = (req: IncomingMessage, res: ServerResponse) => void;

/** Which names the edge answers to and which web origins may call it; the part of the options that a reload may change. */
export interface EdgeNames {
  /** The address that callers use, as an http(s) URL; its path is ignored. Default: none, the bound address counts. */
  readonly publicUrl?: string | undefined;
  /** More names for the Host header, each `name` or `name:port`; no wildcards. Default: none. */
  readonly allowedHosts: readonly string[];
  /** Web origins that may call, each `scheme://host[:port]`; `null` never counts. Default: none. */
  readonly allowedOrigins: readonly string[];
  /** Refuse a Host header that is not ours (DNS rebinding). Default true; off is unsafe. */
  readonly verifyHost: boolean;
  /** Refuse an Origin header that is not allowed (web pages calling across sites). Default true; off is unsafe. */
  readonly verifyOrigin: boolean;
}

/** Everything that the listener needs to know, already checked against its ranges. Durations are seconds, also fractions. */
export interface EdgeOptions extends EdgeNames {
  /** Address to bind: a name, an IPv4 or an IPv6 address without brackets. Default 127.0.0.1. */
  readonly host: string;
  /** TCP port, 0–65535; 0 lets the system choose. Default 8443. */
  readonly port: number;
  /** Speak TLS. Default true; without it bodies and credentials travel in the clear. */
  readonly secure: boolean;
  /** PEM file with the certificate and its chain, leaf first. Needed when `secure`. */
  readonly tlsCert?: string | undefined;
  /** PEM file with the unencrypted private key. Needed when `secure`. */
  readonly tlsKey?: string | undefined;
  /** Oldest TLS version accepted. Default TLSv1.3. */
  readonly tlsMinVersion: 'TLSv1.2' | 'TLSv1.3';
  /** Answer plain HTTP on the TLS port with 301 to https; otherwise such connections are closed. Default true. */
  readonly redirectHttp: boolean;
  /** `max-age` of Strict-Transport-Security, in seconds; 0 sends no such header. Default 31,536,000 (one year). */
  readonly hstsMaxAgeSeconds: number;
  /** Bytes of request line and headers together, 1,024–1,048,576. Default 16,384. */
  readonly maxHeaderBytes: number;
  /** Seconds until the first byte, for the TLS handshake, and for the headers; each has its own clock. Default 10, up to 300. */
  readonly headerTimeoutSeconds: number;
  /** Seconds for a request's body, after its headers' time. Default 30, up to 3,600. */
  readonly bodyTimeoutSeconds: number;
  /** Seconds that a connection may stay without a request, or without taking a byte of its answer. Default 60, up to 86,400. */
  readonly idleTimeoutSeconds: number;
  /** Open connections at one time. Default 10,000, range 1–1,000,000. */
  readonly maxConnections: number;
  /** Open connections of one remote IPv4 address or IPv6 /64. Default 1,024, range 1–1,000,000. */
  readonly maxConnectionsPerIp: number;
  /** Seconds that running answers may take after `close()`. Default 10, range 0–3,600. */
  readonly drainSeconds: number;
  readonly handler: EdgeHandler;
  /** Told of every request that the allow-lists refuse; for the record. */
  readonly onRefused?: ((req: IncomingMessage, error: MerlonError) => void) | undefined;
  readonly clock: Clock;
  readonly log: EdgeLog;
}

/** Seconds of an option as whole milliseconds. */
export function milliseconds(seconds: number): number {
  return Math.round(seconds * 1_000);
}
