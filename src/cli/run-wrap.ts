import { resolve } from 'node:path';
import { closeInheritedDescriptors } from '../gateway/descriptors.ts';
import { openStdioGateway } from './open-stdio-gateway.ts';
import { sayToStderr, serveProcess, tolerateClosedStderr } from './serve-process.ts';
import { localCaller } from './stdio-caller.ts';
import { stdioConfig } from './stdio-config.ts';
import { userStateFolder } from './user-state-folder.ts';
import { WRAP_ROLE, wrapConfig } from './wrap-config.ts';

export interface RunWrapOptions {
  readonly name?: string;
  readonly env?: readonly string[];
  readonly permission?: readonly string[];
  readonly auditLog?: string;
  readonly cwd?: string;
}

/** `merlon wrap`: a gateway for the client that starts it, in front of one program, without a configuration file. */
export async function runWrap([command = '', ...args]: readonly string[], options: RunWrapOptions): Promise<void> {
  closeInheritedDescriptors();
  tolerateClosedStderr();
  const { env, platform } = process;
  const { name, loaded } = await wrapConfig(
    {
      command,
      args,
      name: options.name,
      env: options.env,
      permissions: options.permission,
      auditLog: options.auditLog === undefined ? undefined : resolve(options.auditLog),
      cwd: resolve(options.cwd ?? '.'),
      stateFolder: userStateFolder({ env, platform }),
    },
    env,
  );
  const caller = localCaller(WRAP_ROLE);
  const gateway = await openStdioGateway(
    { ...loaded, config: stdioConfig(loaded.config, name) },
    { env, stderr: sayToStderr, firstLog: 0, authenticate: () => () => caller },
  );
  sayToStderr(`merlon: audit log ${gateway.auditFile}; the program is not confined.\n`);
  await serveProcess(gateway, { scope: name, caller: () => caller });
}
