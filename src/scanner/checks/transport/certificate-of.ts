import type { CertificateFacts, TransportFacts } from '../../facts/transport.ts';
import type { Look } from '../../look.ts';

/** The certificate of a server, or why none was seen. */
export function certificateOf({ tls }: TransportFacts): Look<CertificateFacts> {
  return 'blind' in tls ? tls : tls.saw.certificate;
}
