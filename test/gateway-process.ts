import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type GatewayConfig, makeDeployment, merlon, type Serving, type StartOptions } from './deployment.ts';

export type { GatewayConfig } from './deployment.ts';

/** A gateway of its own process, configured in a scratch folder; what tests and benchmarks of the whole product talk to. */
export interface GatewayProcess extends Serving {
  /** The certificate authority to trust, as PEM and as a file. */
  readonly ca: string;
  readonly caFile: string;
  /** The scratch folder; gone after {@link stop}. */
  readonly folder: string;
  /** An API key of a role; made at the first question, the same one afterwards. */
  key(role: string): Promise<string>;
}

const run = promisify(execFile);

/** Starts `merlon serve` on `config` and waits until it says its address. */
export async function startGateway(config: GatewayConfig, options: StartOptions = {}): Promise<GatewayProcess> {
  const deployment = await makeDeployment(config);
  const { folder, file, ca, caFile } = deployment;
  try {
    const serving = await deployment.start(options);
    const keys = new Map<string, Promise<string>>();
    return {
      ...serving,
      ca,
      caFile,
      folder,
      key(role) {
        const key = keys.get(role) ?? createKey(role, file);
        keys.set(role, key);
        return key;
      },
      async stop() {
        const code = await serving.stop();
        await deployment.remove();
        return code;
      },
    };
  } catch (error) {
    await deployment.remove();
    throw error;
  }
}

async function createKey(role: string, file: string): Promise<string> {
  const { stdout } = await run(process.execPath, [merlon, 'key', 'create', '--role', role, '--config', file]);
  // The key is the last word that is long enough to be one, so that a sentence around it does no harm.
  const key = stdout.split(/\s+/).findLast((word) => word.length >= 24);
  if (key === undefined) throw new Error('`merlon key create` printed no key.');
  return key;
}
