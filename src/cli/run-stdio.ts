import { type Loaded, loadConfig } from '../config/load.ts';
import { closeInheritedDescriptors } from '../gateway/descriptors.ts';
import { pathOf } from '../gateway/endpoint.ts';
import type { Caller } from '../identity/caller.ts';
import { systemClock } from '../kernel/clock.ts';
import { MerlonError } from '../kernel/errors.ts';
import type { Log } from '../logging/log.ts';
import { makeAuthenticate } from './authenticator.ts';
import { notEnforced } from './not-enforced.ts';
import { openStdioGateway } from './open-stdio-gateway.ts';
import { addressOf } from './snapshot.ts';
import { sayToStderr, serveProcess, tolerateClosedStderr } from './serve-process.ts';
import { CREDENTIAL_VARIABLE, localCaller, localRole } from './stdio-caller.ts';
import { noUpstream, stdioConfig } from './stdio-config.ts';

export interface RunStdioOptions {
  readonly config: string;
  /** Default: see `localRole`. */
  readonly role?: string;
  /** All upstreams, their names before what they offer. */
  readonly all?: true;
}

/** `merlon stdio`: a gateway for the client that starts it, in front of one upstream or all. */
export async function runStdio(name: string | undefined, options: RunStdioOptions): Promise<void> {
  closeInheritedDescriptors();
  tolerateClosedStderr();
  const { env } = process;
  const loaded = await loadConfig(options.config, { env, listens: false });
  if ((name === undefined) === (options.all === undefined)) throw noUpstream(loaded.config, 'Give one name, or --all');
  const config = stdioConfig(loaded.config, name);
  const credential = credentialOf(env[CREDENTIAL_VARIABLE], options.role);
  const local = credential === undefined ? localCaller(localRole(config, options.role)) : undefined;
  const gateway = await openStdioGateway(
    { ...loaded, config, secrets: credential === undefined ? loaded.secrets : [...loaded.secrets, credential] },
    {
      env,
      stderr: sayToStderr,
      firstLog: 1,
      authenticate: (log) => (local === undefined ? authenticatorOf(loaded, log) : () => local),
    },
  );
  announce(loaded, local, gateway.auditFile);
  const header = credential === undefined ? undefined : `Bearer ${credential}`;
  const { gate } = gateway;
  // A token for one endpoint of the gateway counts for the same upstream here.
  await serveProcess(gateway, { scope: name, caller: () => gate.current.authenticate(header, 'stdio', pathOf(name)) });
}

/** @throws MerlonError USAGE when a role is asked for besides */
function credentialOf(text: string | undefined, role: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined;
  if (role === undefined) return text;
  throw new MerlonError('USAGE', `${CREDENTIAL_VARIABLE} is set, whose key has a role of its own.`, {
    todo: 'Leave out --role, or unset the variable.',
  });
}

function authenticatorOf({ config }: Loaded, log: Log) {
  return makeAuthenticate(config, {
    clock: systemClock,
    address: () => addressOf(config),
    onEvent: (event) => log.warn('sign-in refused', { ...event }),
    onProblem: (problem) => log.error(problem.message, { code: problem.code }),
  });
}

/** Says on stderr what deserves attention; stdout is the client's. */
function announce({ config, warnings, switchedOff }: Loaded, local: Caller | undefined, auditFile: string | undefined) {
  const who = local === undefined ? `whoever ${CREDENTIAL_VARIABLE} proves` : `${local.principal}, role ${local.role}`;
  sayToStderr(`Caller        ${who}\n`);
  sayToStderr(`Audit log     ${auditFile ?? 'switched off'}\n`);
  for (const { place, message } of warnings)
    sayToStderr(`Warning       ${place.file}:${place.line}:${place.column} ${message}\n`);
  // What concerns an address that is listened on, or callers from elsewhere, is not switched off here: it is not there.
  for (const { key, sentence } of switchedOff)
    if (!/^(server|auth)\./.test(key)) sayToStderr(`Switched off  ${key}: ${sentence}\n`);
  for (const sentence of notEnforced(config)) sayToStderr(`Not enforced  ${sentence}\n`);
}
