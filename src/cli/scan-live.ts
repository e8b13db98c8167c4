import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Credential, TargetSpec } from '../scanner/target.ts';
import { readTextFile } from '../scanner/written/read-file.ts';
import { gatewayAddress, readConfig } from './gateway-address.ts';

/** What {@link liveTarget} is told by the command line. */
export interface LiveOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly credential: Credential | undefined;
  /** A file of PEM certificates. */
  readonly ca: string | undefined;
  readonly verifySsl: boolean;
}

/**
 * The gateway that a configuration of Merlon's describes, as a target. The certificate of its development authority is
 * trusted where it lies beside the state, for this target alone.
 */
export async function liveTarget(
  file: string,
  { env, credential, ca, verifySsl }: LiveOptions,
): Promise<Extract<TargetSpec, { kind: 'server' }>> {
  const url = await gatewayAddress(undefined, { config: file, env });
  const { server } = await readConfig(file, env);
  const own = join(server.state_dir, 'tls', 'ca.pem');
  const trusted = ca ?? (existsSync(own) ? own : undefined);
  return {
    kind: 'server',
    url,
    verifyTls: verifySsl,
    ...(credential === undefined ? {} : { credential }),
    ...(trusted === undefined ? {} : { ca: readTextFile(trusted) }),
  };
}
