import { isObject } from '../kernel/jsonrpc.ts';

/** What is kept of a key: never its text, only a keyed hash of it. */
export interface KeyRecord {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  /** HMAC-SHA256 of the key text under the pepper, 32 bytes. */
  readonly hash: Buffer;
  /** Milliseconds since the epoch, as are the two below. */
  readonly createdAt: number;
  readonly expiresAt: number | undefined;
  readonly revokedAt: number | undefined;
}

/** The keys file as data. */
export interface KeysFile {
  /** Tells the right pepper from another one. */
  readonly pepperCheck: string;
  readonly keys: readonly KeyRecord[];
}

/** The text of a keys file. */
export function printKeysFile(file: KeysFile): string {
  const keys = file.keys.map((key) => ({
    id: key.id,
    name: key.name,
    role: key.role,
    hash: key.hash.toString('base64url'),
    created: isoOf(key.createdAt),
    expires: key.expiresAt === undefined ? undefined : isoOf(key.expiresAt),
    revoked: key.revokedAt === undefined ? undefined : isoOf(key.revokedAt),
  }));
  return `${JSON.stringify({ version: 1, pepper_check: file.pepperCheck, keys }, null, 2)}\n`;
}

/** The keys in a file's text, undefined when anything in it is not as it was written: there is no half-good file. */
export function parseKeysFile(text: string): KeysFile | undefined {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(file) || file['version'] !== 1 || typeof file['pepper_check'] !== 'string') return undefined;
  if (!Array.isArray(file['keys'])) return undefined;
  const keys = file['keys'].map(recordFrom);
  const known = keys.filter((key) => key !== undefined);
  const ids = new Set(known.map((key) => key.id));
  return ids.size === keys.length ? { pepperCheck: file['pepper_check'], keys: known } : undefined;
}

function recordFrom(value: unknown): KeyRecord | undefined {
  if (!isObject(value)) return undefined;
  const { id, name, role, hash: hashText } = value;
  if (typeof id !== 'string' || typeof name !== 'string' || typeof role !== 'string') return undefined;
  const hash = Buffer.from(typeof hashText === 'string' ? hashText : '', 'base64url');
  const createdAt = timeOf(value['created']);
  const expiresAt = timeOf(value['expires']);
  const revokedAt = timeOf(value['revoked']);
  if (id === '' || role === '' || hash.length !== 32 || createdAt === undefined) return undefined;
  // A limit that cannot be read must not become "no limit".
  if (Number.isNaN(createdAt) || Number.isNaN(expiresAt) || Number.isNaN(revokedAt)) return undefined;
  return { id, name, role, hash, createdAt, expiresAt, revokedAt };
}

/** NaN for what is there but is no time. */
function timeOf(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  return typeof value === 'string' ? Date.parse(value) : Number.NaN;
}

function isoOf(time: number): string {
  return new Date(time).toISOString();
}
