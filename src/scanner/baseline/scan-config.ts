import { dirname, resolve } from 'node:path';
import { valueAt, type Tree } from '../../clients/tree.ts';
import type { Credential, TargetSpec } from '../target.ts';
import { finish, openPage, type Page, wrong } from '../written/page.ts';
import { readTextFile } from '../written/read-file.ts';
import * as is from '../written/readers.ts';
import { profileNames, type ProfileName } from './baseline.ts';

/** What a scan's own configuration says. */
export interface ScanConfig {
  readonly targets: readonly Exclude<TargetSpec, { kind: 'stdio' }>[];
  /** Targets that a program has to be started for. Kept apart: naming one is no consent to start it. */
  readonly programs: readonly Extract<TargetSpec, { kind: 'stdio' }>[];
  readonly profile?: ProfileName;
  /** Files, absolute. */
  readonly baseline?: string;
  readonly attestations?: string;
  /** Folder with the dated records of security tests. */
  readonly records?: string;
  readonly rules: readonly string[];
  /** Every credential in it, to be kept out of all output. */
  readonly secrets: readonly string[];
}

/** What reading a scan's configuration takes from around it. */
export interface ScanConfigOptions {
  /** The environment that `${env:NAME}` reads; nothing by default. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Reads the files behind `${file:path}` and `ca`. Default: the disk. */
  readonly readText?: (path: string) => string;
}

interface Around {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly near: (path: string) => string;
  readonly readText: (path: string) => string;
  readonly secrets: Set<string>;
}

/**
 * Reads the configuration of a scan: the mission's three keys, or a list of targets, or both.
 * @throws Problems with everything that is wrong; none shows a credential
 */
export function readScanConfig(text: string, file: string, options: ScanConfigOptions = {}): ScanConfig {
  const page = openPage(text, file);
  const around: Around = {
    env: options.env ?? {},
    near: (path) => resolve(dirname(file), path),
    readText: options.readText ?? readTextFile,
    secrets: new Set(),
  };
  const read = is.fields({
    ...serverFields(around),
    mcp_server: is.may(address),
    targets: is.may(is.listOf(targetReader(around), 1)),
    profile: is.may(is.oneOf(profileNames)),
    baseline: is.may(is.text),
    attestations: is.may(is.text),
    records: is.may(is.text),
    rules: is.may(is.listOf(is.text)),
  })(page.root, page, is.TOP);
  if (read !== undefined && contradicts(read)) wrong(page, page.root, CONTRADICTION);
  if (read !== undefined && read.mcp_server === undefined) {
    if (hasCredential(read)) wrong(page, page.root, 'There is a credential, and no mcp_server that it is for.');
    else if (read.targets === undefined) wrong(page, page.root, 'The file names nothing to scan.', NAME_ONE);
  }
  const said = finish(page, read);
  const own = said.mcp_server === undefined ? [] : [serverSpec(said.mcp_server, said)];
  const all: readonly TargetSpec[] = [...own, ...(said.targets ?? [])];
  return {
    targets: all.filter((one) => one.kind !== 'stdio'),
    programs: all.filter((one) => one.kind === 'stdio'),
    rules: (said.rules ?? []).map(around.near),
    secrets: [...around.secrets],
    ...(said.profile === undefined ? {} : { profile: said.profile }),
    ...pathsOf(said, around),
  };
}

const NAME_ONE = { todo: 'Add mcp_server: https://…, or targets.' };

function pathsOf(
  said: Readonly<Record<'baseline' | 'attestations' | 'records', string | undefined>>,
  { near }: Around,
): Pick<ScanConfig, 'baseline' | 'attestations' | 'records'> {
  const { baseline, attestations, records } = said;
  return {
    ...(baseline === undefined ? {} : { baseline: near(baseline) }),
    ...(attestations === undefined ? {} : { attestations: near(attestations) }),
    ...(records === undefined ? {} : { records: near(records) }),
  };
}

/** An address without a credential in it: that would end up in every report. */
const address: is.Reader<string> = is.turned(is.text, (value) => {
  if (!URL.canParse(value)) return { wrong: 'must be an address such as https://mcp.example.com.' };
  const { protocol, username, password } = new URL(value);
  if (protocol !== 'https:' && protocol !== 'http:') return { wrong: 'must begin with https:// or http://.' };
  if (username !== '' || password !== '')
    return { wrong: 'holds a user or password.', todo: 'Use api_key or headers.' };
  return { value };
});

/** A value that is kept secret: literal, or with `${env:NAME}` and `${file:path}` in it. */
function secret(around: Around): is.Reader<string> {
  return (tree, page, name) => {
    const written = is.text(tree, page, name);
    if (written === undefined) return undefined;
    const found = followed(written, tree, page, around);
    if (found === undefined) return undefined;
    if (/[\r\n\0]/.test(found)) return wrong(page, tree, `${name} has a line end within it.`);
    around.secrets.add(found);
    return found;
  };
}

const REFERENCE = /\$\{(env|file):([^}]*)\}/g;

function followed(written: string, tree: Tree, page: Page, { env, near, readText }: Around): string | undefined {
  let isWhole = true;
  const missing = (what: string): string => {
    isWhole = false;
    wrong(page, tree, what, { code: 'CONFIG_SECRET_MISSING' });
    return '';
  };
  // What comes in is never looked through again, so that one variable cannot ask for another.
  const value = written.replaceAll(REFERENCE, (_all, kind: string, name: string) => {
    if (kind === 'env') {
      const found = Object.hasOwn(env, name) ? env[name] : undefined;
      return found || missing('The environment variable that the reference names is not set, or empty.');
    }
    try {
      return readText(near(name)).trim() || missing('The file that the reference names is empty.');
    } catch {
      return missing('The file that the reference names cannot be read.');
    }
  });
  if (written.replaceAll(REFERENCE, '').includes('${')) {
    return wrong(page, tree, 'A ${…} is neither ${env:NAME} nor ${file:path}.');
  }
  return isWhole ? value : undefined;
}

function certificates({ near, readText }: Around): is.Reader<string> {
  return (tree, page, name) => {
    const written = is.text(tree, page, name);
    if (written === undefined || written.includes('-----BEGIN CERTIFICATE-----')) return written;
    try {
      const pem = readText(near(written));
      if (pem.includes('-----BEGIN CERTIFICATE-----')) return pem;
      return wrong(page, tree, `${name} names a file without a PEM certificate.`);
    } catch {
      return wrong(page, tree, `${name} names a file that cannot be read.`, { code: 'CONFIG_NOT_FOUND' });
    }
  };
}

/** Header names are tokens (RFC 9110, 5.6.2); anything else would be refused in the middle of the scan. */
function headersReader(around: Around): is.Reader<ReadonlyMap<string, string>> {
  return is.turned(is.mapOf(secret(around)), (map) =>
    [...map.keys()].every((key) => /^[!#$%&'*+.^_`|~\w-]+$/.test(key))
      ? { value: map }
      : { wrong: 'has a name that is none of a header.' },
  );
}

function serverFields(around: Around) {
  const oauth = is.fields({
    token_url: is.need(address),
    client_id: is.need(is.text),
    client_secret: is.need(secret(around)),
    scope: is.may(is.text),
    resource: is.may(address),
  });
  return {
    api_key: is.may(secret(around)),
    verify_ssl: is.may(is.flag),
    ca: is.may(certificates(around)),
    headers: is.may(headersReader(around)),
    oauth: is.may(oauth),
  };
}

/** What a server's keys come to. */
interface SaidOfServer {
  readonly api_key: string | undefined;
  readonly verify_ssl: boolean | undefined;
  readonly ca: string | undefined;
  readonly headers: ReadonlyMap<string, string> | undefined;
  readonly oauth:
    | {
        readonly token_url: string;
        readonly client_id: string;
        readonly client_secret: string;
        readonly scope: string | undefined;
        readonly resource: string | undefined;
      }
    | undefined;
}

/** Two ways to say who asks: one would be dropped without a word. */
function contradicts({ api_key, headers, oauth }: SaidOfServer): boolean {
  return oauth !== undefined && (api_key !== undefined || headers !== undefined);
}

const CONTRADICTION = 'oauth does not go together with api_key or headers.';

function hasCredential({ api_key, headers, oauth }: SaidOfServer): boolean {
  return api_key !== undefined || headers !== undefined || oauth !== undefined;
}

function serverSpec(url: string, said: SaidOfServer): Extract<TargetSpec, { kind: 'server' }> {
  const credential = credentialOf(url, said);
  return {
    kind: 'server',
    url,
    verifyTls: said.verify_ssl ?? true,
    ...(credential === undefined ? {} : { credential }),
    ...(said.ca === undefined ? {} : { ca: said.ca }),
  };
}

function credentialOf(url: string, { api_key, headers, oauth }: SaidOfServer): Credential | undefined {
  if (oauth !== undefined) {
    const { token_url: tokenUrl, client_id: clientId, client_secret: clientSecret, scope } = oauth;
    const scoped = scope === undefined ? {} : { scope };
    // Clients must say whom a token is for (AUTHZ-29); a server refuses one that is for nobody.
    const resource = oauth.resource ?? endpointAt(url);
    return { kind: 'client-credentials', tokenUrl, clientId, clientSecret, resource, ...scoped };
  }
  if (headers !== undefined) {
    const bearer: [string, string][] = api_key === undefined ? [] : [['Authorization', `Bearer ${api_key}`]];
    return { kind: 'headers', headers: Object.fromEntries([...bearer, ...headers]) };
  }
  return api_key === undefined ? undefined : { kind: 'bearer', token: api_key };
}

/** The MCP endpoint that an address means, as a token's audience. */
function endpointAt(text: string): string {
  const { origin, pathname } = new URL(text);
  return origin + (pathname === '/' ? '/mcp' : pathname);
}

const roles = ['private-key', 'keys', 'secret', 'audit-log', 'server-log', 'config', 'state'] as const;

/** One reader for each kind of target; `kind` says which. */
function targetReaders(around: Around) {
  const path: is.Reader<string> = is.turned(is.text, (value) => ({ value: around.near(value) }));
  const file = { file: is.need(path) };
  const kind = { kind: is.need(is.text) };
  return {
    server: serverReader(around),
    'server-config': as(is.fields({ ...kind, ...file }), (said) => ({ kind: 'server-config', file: said.file })),
    'client-config': as(is.fields({ ...kind, ...file, client: is.may(is.text) }), ({ client, ...said }) => ({
      kind: 'client-config',
      file: said.file,
      ...(client === undefined ? {} : { client }),
    })),
    manifest: as(is.fields({ ...kind, ...file }), (said) => ({ kind: 'manifest', file: said.file })),
    tools: as(is.fields({ ...kind, ...file }), (said) => ({ kind: 'tools', file: said.file })),
    stdio: as(is.fields({ ...kind, command: is.need(is.listOf(is.text, 1)), name: is.may(is.text) }), (said) => ({
      kind: 'stdio',
      command: said.command,
      ...(said.name === undefined ? {} : { name: said.name }),
    })),
    host: as(
      is.fields({
        ...kind,
        files: is.may(is.listOf(is.fields({ path: is.need(path), role: is.need(is.oneOf(roles)) }))),
        ports: is.may(is.listOf(is.number(1, 65_535))),
        records: is.may(path),
      }),
      ({ files = [], ports = [], records }) => ({
        kind: 'host',
        files,
        ports,
        ...(records === undefined ? {} : { records }),
      }),
    ),
    repository: as(is.fields({ ...kind, folder: is.need(path) }), ({ folder }) => ({ kind: 'repository', folder })),
  } satisfies Readonly<Record<TargetSpec['kind'], is.Reader<TargetSpec>>>;
}

function serverReader(around: Around): is.Reader<TargetSpec> {
  const read = is.fields({ kind: is.need(is.text), ...serverFields(around), url: is.need(address) });
  return (tree, page, name) => {
    const said = read(tree, page, name);
    if (said === undefined) return undefined;
    return contradicts(said) ? wrong(page, tree, CONTRADICTION) : serverSpec(said.url, said);
  };
}

function as<T>(read: is.Reader<T>, make: (value: T) => TargetSpec): is.Reader<TargetSpec> {
  return (tree, page, name) => {
    const value = read(tree, page, name);
    return value === undefined ? undefined : make(value);
  };
}

function targetReader(around: Around): is.Reader<TargetSpec> {
  const readers = targetReaders(around);
  const kinds = Object.keys(readers) as (keyof typeof readers)[];
  return (tree, page, name) => {
    const at = valueAt(tree, ['kind']);
    if (at === undefined) return wrong(page, tree, `${name} has no kind.`, { todo: `Kinds: ${kinds.join(', ')}.` });
    const kind = is.oneOf(kinds)(at, page, `${name}.kind`);
    return kind === undefined ? undefined : readers[kind](tree, page, name);
  };
}
