import type { X509Certificate } from 'node:crypto';
import { checkServerIdentity } from 'node:tls';
import type { CertificateFacts } from '../facts/transport.ts';
import { signatureAlgorithmOf } from './signature-algorithm.ts';

const MOST_NAMES = 50;
const LONGEST_NAME = 253;
const LONGEST_SUBJECT = 300;

const CURVE_BITS: Readonly<Record<string, number>> = {
  prime192v1: 192,
  secp224r1: 224,
  prime256v1: 256,
  secp256k1: 256,
  secp384r1: 384,
  secp521r1: 521,
};

/**
 * What a certificate (attacker-controlled) says, and whether it is for this name.
 * @param untrusted why its chain is not trusted, Node's code; undefined where it is
 */
export function factsOfCertificate(
  certificate: X509Certificate,
  name: string,
  untrusted: string | undefined,
): CertificateFacts {
  const { subject, issuer } = certificate;
  return {
    subject: oneLine(subject),
    issuer: oneLine(issuer),
    validFrom: certificate.validFromDate.getTime(),
    validTo: certificate.validToDate.getTime(),
    names: namesOf(certificate),
    nameMatches: isFor(certificate, name),
    key: keyOf(certificate),
    signatureAlgorithm: signatureAlgorithmOf(certificate.raw),
    selfSigned: certificate.checkIssued(certificate),
    untrusted,
  };
}

/** Node gives one attribute a line. */
function oneLine(text: string | undefined): string {
  return (text ?? '').split('\n').join(', ').slice(0, LONGEST_SUBJECT);
}

function namesOf({ subjectAltName }: X509Certificate): string[] {
  const names = subjectAltName?.split(', ', MOST_NAMES) ?? [];
  return names.map((name) => name.replace(/^(DNS|IP Address):/, '').slice(0, LONGEST_NAME));
}

function isFor(certificate: X509Certificate, name: string): boolean {
  try {
    return checkServerIdentity(name, certificate.toLegacyObject()) === undefined;
  } catch {
    // Names that cannot be read are nobody's.
    return false;
  }
}

function keyOf(certificate: X509Certificate): CertificateFacts['key'] {
  try {
    const { asymmetricKeyType: type = 'unknown', asymmetricKeyDetails: details } = certificate.publicKey;
    if (type === 'ed25519') return { type, bits: 256 };
    if (type === 'ed448') return { type, bits: 456 };
    const curve = details?.namedCurve;
    const curveBits = curve !== undefined && Object.hasOwn(CURVE_BITS, curve) ? CURVE_BITS[curve] : undefined;
    return { type, bits: details?.modulusLength ?? curveBits };
  } catch {
    // Of a kind that OpenSSL does not know.
    return { type: 'unknown', bits: undefined };
  }
}
