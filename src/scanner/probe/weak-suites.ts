import type { WeakSuiteKind } from '../facts/transport.ts';

/** Suites of TLS 1.2 that should not be accepted, by what is wrong with them. Numbers and names are IANA's. */
export const weakSuites: Readonly<Record<WeakSuiteKind, Readonly<Record<number, string>>>> = {
  // RFC 9325, 4.1: must not be negotiated (no encryption, no authentication, RC4, less than 112 bits), or should not (3DES:
  // blocks of 64 bits leak in long connections, CVE-2016-2183).
  broken: {
    0x0001: 'TLS_RSA_WITH_NULL_MD5',
    0x0002: 'TLS_RSA_WITH_NULL_SHA',
    0x0003: 'TLS_RSA_EXPORT_WITH_RC4_40_MD5',
    0x0004: 'TLS_RSA_WITH_RC4_128_MD5',
    0x0005: 'TLS_RSA_WITH_RC4_128_SHA',
    0x0006: 'TLS_RSA_EXPORT_WITH_RC2_CBC_40_MD5',
    0x0008: 'TLS_RSA_EXPORT_WITH_DES40_CBC_SHA',
    0x0009: 'TLS_RSA_WITH_DES_CBC_SHA',
    0x000a: 'TLS_RSA_WITH_3DES_EDE_CBC_SHA',
    0x0014: 'TLS_DHE_RSA_EXPORT_WITH_DES40_CBC_SHA',
    0x0015: 'TLS_DHE_RSA_WITH_DES_CBC_SHA',
    0x0016: 'TLS_DHE_RSA_WITH_3DES_EDE_CBC_SHA',
    0x0018: 'TLS_DH_anon_WITH_RC4_128_MD5',
    0x001b: 'TLS_DH_anon_WITH_3DES_EDE_CBC_SHA',
    0x0034: 'TLS_DH_anon_WITH_AES_128_CBC_SHA',
    0x003a: 'TLS_DH_anon_WITH_AES_256_CBC_SHA',
    0x003b: 'TLS_RSA_WITH_NULL_SHA256',
    0x00a6: 'TLS_DH_anon_WITH_AES_128_GCM_SHA256',
    0x00a7: 'TLS_DH_anon_WITH_AES_256_GCM_SHA384',
    0xc006: 'TLS_ECDHE_ECDSA_WITH_NULL_SHA',
    0xc007: 'TLS_ECDHE_ECDSA_WITH_RC4_128_SHA',
    0xc008: 'TLS_ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA',
    0xc010: 'TLS_ECDHE_RSA_WITH_NULL_SHA',
    0xc011: 'TLS_ECDHE_RSA_WITH_RC4_128_SHA',
    0xc012: 'TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA',
    0xc015: 'TLS_ECDH_anon_WITH_NULL_SHA',
    0xc016: 'TLS_ECDH_anon_WITH_RC4_128_SHA',
    0xc018: 'TLS_ECDH_anon_WITH_AES_128_CBC_SHA',
    0xc019: 'TLS_ECDH_anon_WITH_AES_256_CBC_SHA',
  },
  // RFC 9325, 4.1: should not be negotiated; a key that leaks later opens all that was recorded before.
  'no-forward-secrecy': {
    0x002f: 'TLS_RSA_WITH_AES_128_CBC_SHA',
    0x0035: 'TLS_RSA_WITH_AES_256_CBC_SHA',
    0x003c: 'TLS_RSA_WITH_AES_128_CBC_SHA256',
    0x003d: 'TLS_RSA_WITH_AES_256_CBC_SHA256',
    0x0041: 'TLS_RSA_WITH_CAMELLIA_128_CBC_SHA',
    0x0084: 'TLS_RSA_WITH_CAMELLIA_256_CBC_SHA',
    0x009c: 'TLS_RSA_WITH_AES_128_GCM_SHA256',
    0x009d: 'TLS_RSA_WITH_AES_256_GCM_SHA384',
    0xc09c: 'TLS_RSA_WITH_AES_128_CCM',
    0xc09d: 'TLS_RSA_WITH_AES_256_CCM',
  },
  // Padding after authentication: attacks on it (Lucky Thirteen) are held off by careful code alone.
  'cbc-sha1': {
    0x0033: 'TLS_DHE_RSA_WITH_AES_128_CBC_SHA',
    0x0039: 'TLS_DHE_RSA_WITH_AES_256_CBC_SHA',
    0xc009: 'TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA',
    0xc00a: 'TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA',
    0xc013: 'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA',
    0xc014: 'TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA',
  },
};
