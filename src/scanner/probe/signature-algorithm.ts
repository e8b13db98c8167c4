const NAMES: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.2': 'md2WithRSAEncryption',
  '1.2.840.113549.1.1.4': 'md5WithRSAEncryption',
  '1.2.840.113549.1.1.5': 'sha1WithRSAEncryption',
  '1.2.840.113549.1.1.10': 'rsassaPss',
  '1.2.840.113549.1.1.11': 'sha256WithRSAEncryption',
  '1.2.840.113549.1.1.12': 'sha384WithRSAEncryption',
  '1.2.840.113549.1.1.13': 'sha512WithRSAEncryption',
  '1.2.840.10040.4.3': 'dsa-with-sha1',
  '1.2.840.10045.4.1': 'ecdsa-with-SHA1',
  '1.2.840.10045.4.3.2': 'ecdsa-with-SHA256',
  '1.2.840.10045.4.3.3': 'ecdsa-with-SHA384',
  '1.2.840.10045.4.3.4': 'ecdsa-with-SHA512',
  '1.3.101.112': 'ED25519',
  '1.3.101.113': 'ED448',
};

const SEQUENCE = 0x30;
const OBJECT_ID = 0x06;

interface Element {
  readonly tag: number;
  readonly start: number;
  readonly end: number;
}

/**
 * The algorithm that a certificate (DER, attacker-controlled) is signed with. Read here because Node's own
 * `signatureAlgorithm` came after 22.19. Undefined where the bytes are no certificate.
 */
export function signatureAlgorithmOf(der: Buffer): string | undefined {
  // Certificate ::= SEQUENCE { tbsCertificate SEQUENCE, signatureAlgorithm SEQUENCE { OBJECT IDENTIFIER, … }, … }
  const certificate = elementAt(der, 0, SEQUENCE);
  const signed = certificate && elementAt(der, certificate.start, SEQUENCE);
  const algorithm = signed && elementAt(der, signed.end, SEQUENCE);
  const id = algorithm && elementAt(der, algorithm.start, OBJECT_ID);
  if (id === undefined) return undefined;
  const dotted = dottedOf(der.subarray(id.start, id.end));
  return dotted === undefined ? undefined : Object.hasOwn(NAMES, dotted) ? NAMES[dotted] : dotted;
}

function elementAt(der: Buffer, at: number, tag: number): Element | undefined {
  const first = der[at + 1];
  if (der[at] !== tag || first === undefined) return undefined;
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  // 0x80 alone would be an indefinite length, which DER does not have.
  if (first === 0x80 || lengthBytes > 3 || at + 2 + lengthBytes > der.length) return undefined;
  const length = lengthBytes === 0 ? first : der.readUIntBE(at + 2, lengthBytes);
  const start = at + 2 + lengthBytes;
  return start + length > der.length ? undefined : { tag, start, end: start + length };
}

/** Longest object identifier that is read, bytes; real ones have about ten. */
const MOST_ID_BYTES = 32;

function dottedOf(bytes: Buffer): string | undefined {
  if (bytes.length === 0 || bytes.length > MOST_ID_BYTES) return undefined;
  const arcs: bigint[] = [];
  let arc = 0n;
  for (const byte of bytes) {
    arc = (arc << 7n) | BigInt(byte & 0x7f);
    if (byte >= 0x80) continue;
    arcs.push(arc);
    arc = 0n;
  }
  const [first, ...rest] = arcs;
  if (first === undefined) return undefined;
  const top = first < 40n ? 0n : first < 80n ? 1n : 2n;
  return [top, first - top * 40n, ...rest].join('.');
}
