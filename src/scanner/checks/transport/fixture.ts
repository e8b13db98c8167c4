import type { CertificateFacts, TlsFacts, TransportFacts } from '../../facts/transport.ts';
import { saw } from '../../look.ts';

/** A certificate that is fine on 2026-11-22, the day of the contract test. */
function certificate(changes: Partial<CertificateFacts> = {}): CertificateFacts {
  return {
    subject: 'CN=mcp.example.com',
    issuer: 'C=XX, O=Example Trust, CN=Example CA 1',
    validFrom: Date.UTC(2026, 9, 1),
    validTo: Date.UTC(2026, 11, 30),
    names: ['mcp.example.com'],
    nameMatches: true,
    key: { type: 'ec', bits: 256 },
    signatureAlgorithm: 'ecdsa-with-SHA256',
    selfSigned: false,
    untrusted: undefined,
    ...changes,
  };
}

/** TLS 1.2 and 1.3 with good suites. */
export function tls(changes: Partial<TlsFacts> = {}): TlsFacts {
  return {
    versions: {
      TLSv1: saw({ accepted: false }),
      'TLSv1.1': saw({ accepted: false }),
      'TLSv1.2': saw({ accepted: true, suite: 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256' }),
      'TLSv1.3': saw({ accepted: true, suite: 'TLS_AES_256_GCM_SHA384' }),
    },
    certificate: saw(certificate()),
    weakSuites: saw([]),
    ...changes,
  };
}

/** A server whose transport is as it should be. */
export function transport(changes: Partial<TransportFacts> = {}): TransportFacts {
  return {
    url: 'https://mcp.example.com/mcp',
    scheme: 'https',
    host: 'mcp.example.com',
    port: 443,
    isLoopback: false,
    tls: saw(tls()),
    plainHttp: saw({ answer: 'closed', port: 80 }),
    ...changes,
  };
}

/** The same server with another certificate. */
export function withCertificate(
  changes: Partial<CertificateFacts>,
  more: Partial<TransportFacts> = {},
): TransportFacts {
  return transport({ tls: saw(tls({ certificate: saw(certificate(changes)) })), ...more });
}
