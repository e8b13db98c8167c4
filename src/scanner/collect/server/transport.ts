import { getCACertificates } from 'node:tls';
import { isLoopbackHost } from '../../../kernel/loopback.ts';
import {
  type CertificateFacts,
  type PlainHttp,
  type TlsFacts,
  type TlsVersion,
  tlsVersions,
  type TransportFacts,
  weakSuiteKinds,
} from '../../facts/transport.ts';
import { blind, type Blind, type BlindReason, type Look, saw } from '../../look.ts';
import { factsOfCertificate } from '../../probe/certificate.ts';
import { offerSuites } from '../../probe/client-hello.ts';
import { type Agreed, type Handshake, type Reach, shakeHands } from '../../probe/handshake.ts';
import { askPlainly } from '../../probe/plain-http.ts';
import { type Address, bareHost, portOf } from '../../probe/resolve.ts';
import { createTurns } from '../../probe/turns.ts';
import { weakSuites } from '../../probe/weak-suites.ts';

/** How a server's transport is looked at. */
export interface TransportOptions {
  /** Where to connect, whatever the name resolves to. */
  readonly address: Address;
  /** PEM certificates to trust besides Node's. */
  readonly ca?: string | undefined;
  readonly signal: AbortSignal;
  /** Longest time for each connection, ms. Default 3,000. */
  readonly deadlineMs?: number;
  /** The port where plain HTTP would be, were the address's own 443. Default 80. */
  readonly plainPort?: number;
}

/** Connections at the same time. */
const MOST_SOCKETS = 4;

type Turns = ReturnType<typeof createTurns>;

/**
 * Looks at TLS, the certificate and plain HTTP of an address, by up to ten short connections, four at a time. No
 * credential is sent, and nothing is verified to go on: a bad certificate is a fact like any other. Never throws.
 *
 * Blind as a whole: `unreachable` where no connection comes about.
 */
export async function collectTransport(url: URL, options: TransportOptions): Promise<Look<TransportFacts>> {
  const { address, signal, deadlineMs = 3_000, plainPort = 80 } = options;
  const isHttps = url.protocol === 'https:';
  const reach: Reach = { name: bareHost(url), address, port: portOf(url), deadlineMs, signal };
  const { name: host, port } = reach;
  const turns = createTurns(MOST_SOCKETS);
  const ports = isHttps && port === 443 ? [port, plainPort] : [port];
  const [tls, ...plain] = await Promise.all([
    isHttps ? lookAtTls(reach, options.ca, turns) : plainAddress(),
    ...ports.map((one) => turns(() => askPlainly({ ...reach, port: one }, hostOf(url, one), url.pathname))),
  ]);
  const own = isHttps ? tls : plain[0];
  if (own !== undefined && 'blind' in own && own.blind === 'unreachable') return own;
  const plainHttp = worst(plain.map((look, index) => orClosed(look, ports[index] ?? port)));
  const scheme = isHttps ? 'https' : 'http';
  const shown = url.origin + url.pathname;
  return saw({ url: shown, scheme, host, port, isLoopback: isLoopbackHost(host), tls, plainHttp });
}

function plainAddress(): Blind {
  return blind('not-offered', 'The address is plain HTTP.', '该地址使用明文 HTTP。');
}

function hostOf({ hostname }: URL, port: number): string {
  return port === 80 ? hostname : `${hostname}:${port}`;
}

function orClosed(look: Look<PlainHttp>, port: number): Look<PlainHttp> {
  return 'blind' in look && look.blind === 'unreachable' ? saw({ answer: 'closed', port }) : look;
}

const WORSE: readonly PlainHttp['answer'][] = ['closed', 'refused', 'redirected', 'served'];

/** The worst of what was seen; what was not seen counts for worse than anything but content. */
function worst(looks: readonly Look<PlainHttp>[]): Look<PlainHttp> {
  const rank = (look: Look<PlainHttp>): number => ('blind' in look ? 2.5 : WORSE.indexOf(look.saw.answer));
  return looks.reduce((one, other) => (rank(other) > rank(one) ? other : one));
}

/** A handshake that offers everything comes first: who does not answer that answers nothing else either. */
async function lookAtTls(reach: Reach, ca: string | undefined, turns: Turns): Promise<Look<TlsFacts>> {
  const trusted = ca === undefined ? {} : { ca: [...getCACertificates('default'), ca] };
  const open = await turns(() => shakeHands(reach, trusted));
  if (!open.met && ['silent', 'unreachable', 'unable'].includes(open.how)) return blindness(open.how, open.code);
  const handshakes = await Promise.all(tlsVersions.map((version) => turns(() => shakeHands(reach, { version }))));
  const agreed = [open, ...handshakes].find((one): one is Agreed => one.met);
  if (agreed === undefined && !handshakes.some((one) => !one.met && one.how === 'refused')) {
    return open.met ? blindness('closed', '') : blindness(open.how, open.code);
  }
  const versions = Object.fromEntries(
    tlsVersions.map((version, index) => [version, versionLook(handshakes[index], agreed !== undefined)]),
  ) as TlsFacts['versions'];
  return saw({
    versions,
    certificate: certificateLook(agreed, reach.name),
    weakSuites: await lookAtSuites(reach, versions['TLSv1.2'], turns),
  });
}

type VersionLook = TlsFacts['versions'][TlsVersion];

/** Hanging up on an offer is a refusal, from somebody who is known to speak TLS. */
function versionLook(handshake: Handshake | undefined, speaksTls: boolean): VersionLook {
  if (handshake === undefined) return blindness('unable', '');
  if (handshake.met) {
    const { suite } = handshake;
    return saw({ accepted: true, ...(suite === undefined ? {} : { suite }) });
  }
  const { how, code } = handshake;
  const isRefusal = how === 'refused' || (speaksTls && (how === 'closed' || how === 'garbled'));
  return isRefusal ? saw({ accepted: false }) : blindness(how, code);
}

function certificateLook(agreed: Agreed | undefined, name: string): Look<CertificateFacts> {
  if (agreed?.certificate === undefined) {
    return blind('error', 'No handshake came far enough to show a certificate.', '没有握手进行到出示证书的阶段。');
  }
  try {
    return saw(factsOfCertificate(agreed.certificate, name, agreed.untrusted));
  } catch {
    return blind('unreadable', 'The certificate could not be read.', '无法读取证书。');
  }
}

async function lookAtSuites(reach: Reach, tls12: VersionLook, turns: Turns): Promise<TlsFacts['weakSuites']> {
  if ('blind' in tls12) return tls12;
  if (!tls12.saw.accepted) return blind('not-offered', 'TLS 1.2 is not offered.', '未提供 TLS 1.2。');
  const looks = await Promise.all(
    weakSuiteKinds.map((kind) => turns(() => offerSuites(reach, Object.keys(weakSuites[kind]).map(Number)))),
  );
  const found = looks.flatMap((look, index) => {
    const kind = weakSuiteKinds[index];
    if ('blind' in look || look.saw === undefined || kind === undefined) return [];
    return [{ kind, suite: weakSuites[kind][look.saw] ?? 'unknown' }];
  });
  const unseen = looks.find((look): look is Blind => 'blind' in look);
  return found.length === 0 && unseen !== undefined ? unseen : saw(found);
}

type Miss = Exclude<Handshake, Agreed>['how'];

const BLINDNESS: Readonly<Record<Miss, readonly [reason: BlindReason, en: string, zh: string]>> = {
  unreachable: ['unreachable', 'No connection to the port', '无法连接该端口'],
  silent: [
    'timeout',
    'The server took the connection and finished no handshake in time',
    '服务器接受了连接，但未及时完成握手',
  ],
  garbled: ['unreadable', 'The port does not speak TLS', '该端口使用的不是 TLS'],
  unable: ['not-on-this-system', 'OpenSSL on this machine cannot offer it', '本机的 OpenSSL 无法发起该握手'],
  refused: ['error', 'The handshake was refused', '握手被拒绝'],
  closed: ['error', 'The server hung up on the handshake', '服务器在握手时断开了连接'],
};

function blindness(how: Miss, code: string): Blind {
  const [reason, en, zh] = BLINDNESS[how];
  const of = code === '' ? '' : ` (${code})`;
  return blind(reason, `${en}${of}.`, `${zh}${of}。`);
}
