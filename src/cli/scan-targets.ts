import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expectsSecret } from '../detect/secret-keys.ts';
import { MerlonError } from '../kernel/errors.ts';
import { readScanConfig, type ScanConfig } from '../scanner/baseline/scan-config.ts';
import { discoverClientConfigs } from '../scanner/collect/client/client-config.ts';
import { hostFilesOf, portsOf } from '../scanner/collect/config/host-files.ts';
import { readConfigFacts } from '../scanner/collect/config/read-config-facts.ts';
import { recognize } from '../scanner/recognize.ts';
import type { Credential, HostFile, Surroundings, TargetSpec } from '../scanner/target.ts';
import { readTextFile } from '../scanner/written/read-file.ts';
import { userStateFolder } from './user-state-folder.ts';
import { liveTarget } from './scan-live.ts';
import type { ScanOptions } from './scan-options.ts';

/** What a command line asks to scan. */
export interface AskedTargets {
  readonly specs: readonly TargetSpec[];
  /** A scan's own configuration, where `-c` names one. */
  readonly config: ScanConfig | undefined;
  /** Credentials that must not come out anywhere. */
  readonly secrets: readonly string[];
}

/**
 * Turns a command line into targets. Nothing is looked at but the files that are named, and those only as far as it takes
 * to tell what they are.
 * @throws MerlonError USAGE, CONFIG_NOT_FOUND, and what a scan's configuration has wrong
 */
export async function targetsOf(
  names: readonly string[],
  options: ScanOptions,
  surroundings: Surroundings,
): Promise<AskedTargets> {
  const { env } = surroundings;
  const credential = credentialOf(options, env);
  const secrets = credential === undefined ? [] : secretsOf(credential);
  // A configuration may name the programs that --run starts, in place of the command line.
  const isCommand = options.run === true && (names.length > 0 || options.config === undefined);
  const asked = isCommand ? [programOf(names)] : names.map((name) => specOf(name, options, credential));
  const configured =
    options.config === undefined ? undefined : await fromConfig(options.config, options, surroundings, credential);
  const found = options.clients === true ? await discoverClientConfigs(surroundings) : [];
  const specs = [...asked, ...(configured?.specs ?? []), ...found];
  const isMissing = options.host === true && !specs.some(({ kind }) => kind === 'host');
  const records = options.records ?? configured?.config?.records;
  const host = isMissing ? [hostOf([], [], recordsOf({ records }, surroundings))] : [];
  const all = [...specs, ...host];
  return {
    specs: all.length > 0 ? all : await byDefault(options, surroundings),
    config: configured?.config,
    secrets: [...secrets, ...(configured?.config?.secrets ?? [])],
  };
}

function hostOf(files: readonly HostFile[], ports: readonly number[], records: string): TargetSpec {
  return { kind: 'host', files, ports, records };
}

/** Where `merlon test` writes what it finds, unless the user says otherwise. */
function recordsOf(
  { records }: { readonly records?: string | undefined },
  { env, platform, home }: Surroundings,
): string {
  return records ?? join(userStateFolder({ env, platform, home }), 'tests');
}

/** What is here: the clients of this user and project, and a gateway's configuration. */
async function byDefault(options: ScanOptions, surroundings: Surroundings): Promise<TargetSpec[]> {
  const found: TargetSpec[] = await discoverClientConfigs(surroundings);
  const own = statSync('merlon.yaml', { throwIfNoEntry: false });
  if (own?.isFile() === true) found.push(...(await fromConfig('merlon.yaml', options, surroundings, undefined)).specs);
  if (found.length > 0) return found;
  throw new MerlonError(
    'USAGE',
    'There is nothing to scan here: no MCP client has a file, and there is no merlon.yaml.',
    {
      todo: 'Name an address, a file or a folder; see merlon scan --help.',
    },
  );
}

function programOf(names: readonly string[]): TargetSpec {
  if (names.length === 0) {
    throw new MerlonError('USAGE', 'There is no command to run.', { todo: 'merlon scan --run -- COMMAND ARGS' });
  }
  return { kind: 'stdio', command: names };
}

function specOf(name: string, options: ScanOptions, credential: Credential | undefined): TargetSpec {
  if (/^https?:\/\//i.test(name)) return serverOf(name, options, credential);
  const stat = statSync(name, { throwIfNoEntry: false });
  if (stat === undefined) {
    throw new MerlonError('USAGE', `There is no file or folder ${JSON.stringify(name)}, and it is no address.`, {
      todo: 'Addresses begin with https:// or http://.',
    });
  }
  if (stat.isDirectory()) return { kind: 'repository', folder: name };
  // A ZIP archive is told by its name; it is no text to read.
  const kind = name.toLowerCase().endsWith('.mcpb') ? 'manifest' : recognize(readTextFile(name), name);
  if (kind === undefined || kind === 'scan-config') {
    throw new MerlonError('USAGE', `Nothing in ${JSON.stringify(name)} says what it is.`, {
      todo: kind === undefined ? 'See merlon scan --help for what can be scanned.' : 'Name it with -c.',
    });
  }
  return { kind, file: name };
}

function serverOf(url: string, { ca, verifySsl }: ScanOptions, credential: Credential | undefined): TargetSpec {
  if (!URL.canParse(url)) throw new MerlonError('USAGE', 'An address cannot be understood.');
  const { username, password } = new URL(url);
  if (username !== '' || password !== '') {
    throw new MerlonError('USAGE', 'An address must not hold a user name or password.', {
      todo: 'Use --key-env or --header.',
    });
  }
  return {
    kind: 'server',
    url,
    verifyTls: verifySsl,
    ...(credential === undefined ? {} : { credential }),
    ...(ca === undefined ? {} : { ca: readTextFile(ca) }),
  };
}

async function fromConfig(
  file: string,
  options: ScanOptions,
  surroundings: Surroundings,
  credential: Credential | undefined,
): Promise<{ specs: readonly TargetSpec[]; config: ScanConfig | undefined }> {
  if (statSync(file, { throwIfNoEntry: false }) === undefined) {
    throw new MerlonError('CONFIG_NOT_FOUND', `There is no file ${file}.`);
  }
  const text = readTextFile(file);
  const kind = recognize(text, file);
  if (kind !== 'server-config') {
    const config = readScanConfig(text, file, { env: surroundings.env });
    return { specs: specsOf(config, file, options, surroundings), config };
  }
  const facts = readConfigFacts(text, file);
  const told = { env: surroundings.env, credential, ca: options.ca, verifySsl: options.verifySsl };
  const live = options.live === true ? [await liveTarget(file, told)] : [];
  const host = hostOf(hostFilesOf(facts), portsOf(facts), recordsOf(options, surroundings));
  return { specs: [{ kind: 'server-config', file }, ...live, host], config: undefined };
}

/** What a scan's own configuration names. A program in it is started by --run alone, and left out by nobody's silence. */
function specsOf(config: ScanConfig, file: string, options: ScanOptions, surroundings: Surroundings): TargetSpec[] {
  const { targets, programs } = config;
  if (programs.length > 0 && options.run !== true) {
    throw new MerlonError('USAGE', `${file} names a program, and only --run starts programs.`, {
      todo: 'Add --run, or take the targets of kind stdio out of the file.',
    });
  }
  const records = recordsOf({ records: options.records ?? config.records }, surroundings);
  return [...targets.map((spec) => (spec.kind === 'host' ? { records, ...spec } : spec)), ...programs];
}

/** How the scan proves who it is. Values come from the environment: a command line is seen by all users of a machine. */
function credentialOf({ keyEnv, header }: ScanOptions, env: Surroundings['env']): Credential | undefined {
  if (header.length > 0)
    return { kind: 'headers', headers: Object.fromEntries(header.map((one) => headerOf(one, env))) };
  const token = env[keyEnv] ?? '';
  return token === '' ? undefined : { kind: 'bearer', token };
}

function headerOf(text: string, env: Surroundings['env']): [string, string] {
  const [, name = '', variable = ''] = /^([!#$%&'*+.^_`|~\dA-Za-z-]+)=([A-Za-z_]\w*)$/.exec(text) ?? [];
  const value = variable === '' ? undefined : env[variable];
  if (value === undefined || value === '') {
    const message = name === '' ? 'A header must be given as Name=VARIABLE.' : `The variable ${variable} is not set.`;
    throw new MerlonError('USAGE', message, {
      todo: `Put the value of ${name === '' ? 'the header' : name} into a variable${expectsSecret(name) ? ', never on the command line' : ''}.`,
    });
  }
  return [name, value];
}

function secretsOf(credential: Credential): string[] {
  if (credential.kind === 'bearer') return [credential.token];
  return credential.kind === 'headers' ? Object.values(credential.headers) : [credential.clientSecret];
}
