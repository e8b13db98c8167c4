import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import type { TlsVersion } from '../facts/transport.ts';
import type { Address } from './resolve.ts';

/** Whom to connect to, and for how long at most. */
export interface Reach {
  /** The name that is asked for (SNI), or an address; without brackets. */
  readonly name: string;
  readonly address: Address;
  readonly port: number;
  /** Longest time for the connection and all that is said on it, ms. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

/** What a client offers in a handshake; everything that OpenSSL knows unless narrowed. */
export interface Offer {
  /** The only version offered. Default: all four. */
  readonly version?: TlsVersion;
  /** PEM certificates to hold the chain against. Default: Node's. */
  readonly ca?: readonly string[];
}

/**
 * How a handshake went. `silent`: connected, then nothing in time. `closed`: the server hung up without a word.
 * `garbled`: it answered something that is no TLS. `unable`: this machine's OpenSSL cannot make the offer.
 */
export type Handshake =
  | Agreed
  | {
      readonly met: false;
      readonly how: 'refused' | 'closed' | 'garbled' | 'silent' | 'unreachable' | 'unable';
      /** Node's error code; never text of the server's. */
      readonly code: string;
    };

/** Version and suite were agreed on, even where the server then asked for a client certificate that it did not get. */
export interface Agreed {
  readonly met: true;
  readonly version: string;
  readonly suite: string | undefined;
  readonly certificate: X509Certificate | undefined;
  /** Why the chain is not trusted: Node's code. */
  readonly untrusted: string | undefined;
}

/** Makes one TLS handshake, hangs up and tells how it went. Sends no request. Never throws. */
export function shakeHands(reach: Reach, offer: Offer): Promise<Handshake> {
  return new Promise((resolve) => {
    let socket: TLSSocket;
    let isConnected = false;
    const done = (result: Handshake): void => {
      clearTimeout(timer);
      socket?.destroy();
      resolve(result);
    };
    const noAnswer = (): Handshake => missed(isConnected ? 'silent' : 'unreachable', 'ETIMEDOUT');
    const timer = setTimeout(() => done(noAnswer()), reach.deadlineMs);
    if (reach.signal.aborted) return done(missed('silent', 'ABORT_ERR'));
    try {
      socket = connect(optionsOf(reach, offer));
    } catch (error) {
      return done(missed('unable', codeOf(error)));
    }
    socket.once('connect', () => {
      isConnected = true;
    });
    socket.once('secureConnect', () => done(agreed(socket)));
    // Stays: what breaks later must not end the process.
    socket.on('error', (error) => {
      // A certificate that came shows that version and suite were agreed on before it failed (mutual TLS up to 1.2).
      const hasAgreed = socket.getPeerX509Certificate() !== undefined;
      done(hasAgreed ? agreed(socket) : missed(howOf(codeOf(error), isConnected), codeOf(error)));
    });
    socket.once('close', () => done(missed('closed', 'ECONNRESET')));
  });
}

function optionsOf({ name, address, port, signal }: Reach, { version, ca }: Offer): ConnectionOptions {
  const range: ConnectionOptions =
    version === undefined
      ? { minVersion: 'TLSv1', maxVersion: 'TLSv1.3' }
      : { minVersion: version, maxVersion: version };
  // `signal` is one of net.connect's options, which tls.connect hands on.
  const socket = { host: address.address, family: address.family, port, signal };
  return {
    ...socket,
    ...range,
    servername: isIP(name) === 0 ? name : '',
    // Without it OpenSSL offers nothing older than 1.2, and rejects what it should tell about.
    ciphers: 'DEFAULT@SECLEVEL=0',
    rejectUnauthorized: false,
    // The name is judged apart from the chain.
    checkServerIdentity: () => undefined,
    ...(ca === undefined ? {} : { ca: [...ca] }),
  };
}

function agreed(socket: TLSSocket): Agreed {
  // Typed as an error, yet Node keeps its code there.
  const problem: unknown = socket.authorizationError;
  const code = typeof problem === 'string' ? problem : problem instanceof Error ? codeOf(problem) : undefined;
  return {
    met: true,
    version: socket.getProtocol() ?? 'unknown',
    suite: socket.getCipher()?.standardName,
    certificate: socket.getPeerX509Certificate(),
    untrusted: socket.authorized ? undefined : code,
  };
}

function missed(how: Exclude<Handshake, Agreed>['how'], code: string): Handshake {
  return { met: false, how, code };
}

function howOf(code: string, isConnected: boolean): Exclude<Handshake, Agreed>['how'] {
  if (code === 'ABORT_ERR') return 'silent';
  if (code === 'ERR_SSL_NO_PROTOCOLS_AVAILABLE' || code === 'ERR_SSL_NO_CIPHERS_AVAILABLE') return 'unable';
  // A ServerHello of another version than the one offered is a refusal of that one.
  if (code === 'ERR_SSL_UNSUPPORTED_PROTOCOL' || code.includes('_ALERT_')) return 'refused';
  if (code.startsWith('ERR_SSL_') || code === 'EPROTO') return 'garbled';
  return isConnected ? 'closed' : 'unreachable';
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
}
