import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../kernel/clock.ts';
import { MerlonError } from '../kernel/errors.ts';
import { type KeyRecord, parseKeysFile, printKeysFile } from './api-key-file.ts';
import { keyIdOf, newKeyText, type RandomBytes } from './api-key-text.ts';
import type { Caller, Verdict } from './caller.ts';
import { keyed, loadPepper, newPepper, type Pepper } from './pepper.ts';
import { readPrivate, stampOf, withLock, writePrivate } from './private-file.ts';
import { tokenDigest } from './token-cache.ts';

/** Where keys are kept. */
export interface ApiKeysOptions {
  /** The keys file, mode 0600. Its folder must exist; the file is made with the first key. */
  readonly path: string;
  /** The file with the secret that the hashes are keyed with, mode 0600. Default: `path` with `.pepper` added. */
  readonly pepperPath?: string;
  readonly clock: Clock;
  /** Told once when the file can no longer be used while running; until it can, no key is accepted. */
  readonly onProblem?: (problem: MerlonError) => void;
  /** Default node:crypto's. */
  readonly random?: RandomBytes;
}

/** What may be known about a key. */
export type ApiKey = Omit<KeyRecord, 'hash'>;

/** What a new key is for. */
export interface NewApiKey {
  readonly role: string;
  /** For people: whose key it is. At most 100 characters, no control characters. */
  readonly name: string;
  /** Milliseconds since the epoch. Default: never. */
  readonly expiresAt?: number;
}

/** The API keys of a gateway, shared through a file with other processes. */
export interface ApiKeys {
  /**
   * Makes a key. Its text is in what is returned and nowhere else: show it once.
   * @throws MerlonError USAGE, KEYS_UNUSABLE or STATE_NOT_WRITABLE
   */
  create(wanted: NewApiKey): { readonly text: string; readonly key: ApiKey };
  /** All keys, expired and revoked ones too, oldest first. */
  list(): readonly ApiKey[];
  /**
   * Ends a key, for running gateways within a second. Revoking it again changes nothing.
   * @throws MerlonError NOT_FOUND, KEYS_UNUSABLE or STATE_NOT_WRITABLE
   */
  revoke(id: string): ApiKey;
  /**
   * Takes a key out of the file as if it had never been made, for running gateways within a second. Only for keys that
   * never left the process that made them: of all others it should stay known that there was one.
   * @throws MerlonError KEYS_UNUSABLE or STATE_NOT_WRITABLE
   */
  forget(id: string): void;
  /** Judges a key text in constant time. Looks at most once a second whether another process changed the file. */
  verify(text: string, now: number): Verdict;
  /** Whether the key with this id counts now; for what was begun with it and goes on by itself. */
  counts(id: string, now: number): boolean;
  /** Reads the file again. @throws MerlonError KEYS_UNUSABLE, after which no key is accepted until it succeeds */
  reload(): void;
}

interface State {
  readonly pepper: Pepper;
  readonly records: ReadonlyMap<string, Known>;
  /**
   * Texts that were proven since the file was read, by digest: a keyed hash costs an object that the garbage collector
   * has to finalise, several times the price of a plain one. At most one entry a key.
   */
  readonly proven: Map<string, Known>;
  /** Undefined before there is a file. */
  readonly stamp: string | undefined;
}

interface Known {
  readonly key: KeyRecord;
  readonly caller: Caller;
}

const LOOK_AGAIN_MS = 1000;
/** The same where the key asked for is unknown: soon, and yet no flood of looks by whoever guesses. */
const LOOK_FOR_NEW_MS = 20;
const NO_HASH = Buffer.alloc(32);
const NAME = /^[^\p{C}\p{Zl}\p{Zp}]{1,100}$/u;

/**
 * Opens the keys in a file. No file yet is no keys; a file that is there must be whole and must fit its pepper.
 * @throws MerlonError KEYS_UNUSABLE
 */
export function openApiKeys(options: ApiKeysOptions): ApiKeys {
  const { path, pepperPath = `${path}.pepper`, clock, random = randomBytes } = options;
  let state = load(path, pepperPath, random);
  let problem: MerlonError | undefined;
  let lookedAt = clock.now();

  function reload(): void {
    try {
      const next = load(path, pepperPath, random);
      // A file that vanishes under a running gateway is a mishap, and must not look like "nobody has a key yet".
      if (next.stamp === undefined && state.stamp !== undefined) throw unusable(`${path} is gone.`);
      state = next;
      problem = undefined;
    } catch (error) {
      const found = error instanceof MerlonError ? error : unusable(`${path} cannot be used.`, error);
      if (problem === undefined) options.onProblem?.(found);
      problem = found;
      throw found;
    }
  }

  function lookAgain(now: number, waitMs: number): void {
    // A clock that jumped back must not stop the looking.
    if (now >= lookedAt && now - lookedAt < waitMs) return;
    lookedAt = now;
    if (problem === undefined && stampOf(path) === state.stamp) return;
    try {
      reload();
    } catch {
      // `problem` says it, to every verify.
    }
  }

  /** Changes what is in the file now, not what this process remembers: a revocation must never be undone. */
  function change<Result>(
    update: (keys: readonly KeyRecord[]) => { keys: readonly KeyRecord[]; result: Result },
  ): Result {
    return withLock(path, () => {
      reload();
      const { keys, result } = update(keysIn(state));
      // The pepper first: a keys file without its pepper would be lost.
      if (!state.pepper.stored) writePrivate(pepperPath, `${state.pepper.text}\n`);
      writePrivate(path, printKeysFile({ pepperCheck: checkOf(state.pepper), keys }));
      reload();
      return result;
    });
  }

  return {
    create(wanted) {
      const now = clock.now();
      checkWanted(wanted, now);
      return change((keys) => {
        const made = newKeyText(random);
        if (state.records.has(made.id)) throw new MerlonError('INTERNAL', 'The random numbers of this machine repeat.');
        const { role, name, expiresAt } = wanted;
        const hash = keyed(state.pepper, made.text);
        const key = { id: made.id, name, role, hash, createdAt: now, expiresAt, revokedAt: undefined };
        return { keys: [...keys, key], result: { text: made.text, key: shown(key) } };
      });
    },
    list() {
      reload();
      return keysIn(state).map(shown);
    },
    revoke(id) {
      return change((keys) => {
        const key = keys.find((one) => one.id === id);
        if (key === undefined) {
          throw new MerlonError('NOT_FOUND', 'There is no key with this id.', {
            todo: 'List the keys to find its id.',
          });
        }
        const revoked = { ...key, revokedAt: key.revokedAt ?? clock.now() };
        return { keys: keys.map((one) => (one === key ? revoked : one)), result: shown(revoked) };
      });
    },
    forget(id) {
      change((keys) => ({ keys: keys.filter((one) => one.id !== id), result: undefined }));
    },
    verify(text, now) {
      // A key that is not known may have been made a moment ago, by another process.
      lookAgain(now, state.records.has(keyIdOf(text) ?? '') ? LOOK_AGAIN_MS : LOOK_FOR_NEW_MS);
      return problem === undefined ? judge(state, text, now) : { refused: 'keys_unusable' };
    },
    counts(id, now) {
      lookAgain(now, LOOK_AGAIN_MS);
      const key = problem === undefined ? state.records.get(id)?.key : undefined;
      return key !== undefined && key.revokedAt === undefined && (key.expiresAt === undefined || key.expiresAt > now);
    },
    reload,
  };
}

function judge(state: State, text: string, now: number): Verdict {
  const id = keyIdOf(text);
  if (id === undefined) return { refused: 'malformed_key' };
  const found = state.records.get(id);
  const digest = tokenDigest(text);
  if (found === undefined || state.proven.get(digest) !== found) {
    // An unknown id costs the same as a wrong secret.
    const isRight = timingSafeEqual(keyed(state.pepper, text), found?.key.hash ?? NO_HASH);
    if (found === undefined || !isRight) return { refused: 'unknown_key', credential: id };
    state.proven.set(digest, found);
  }
  const { expiresAt, revokedAt } = found.key;
  if (revokedAt !== undefined) return { refused: 'revoked_key', credential: id };
  if (expiresAt !== undefined && expiresAt <= now) return { refused: 'expired_key', credential: id };
  return found.caller;
}

function load(path: string, pepperPath: string, random: RandomBytes): State {
  const file = readPrivate(path, false);
  const pepper = loadPepper(pepperPath);
  if (file === undefined)
    return { pepper: pepper ?? newPepper(random), records: new Map(), proven: new Map(), stamp: undefined };
  if (pepper === undefined) throw unusable(`The pepper ${pepperPath} is missing, without which no key can be checked.`);
  const parsed = parseKeysFile(file.text);
  if (parsed === undefined) throw unusable(`${path} is damaged.`);
  if (parsed.pepperCheck !== checkOf(pepper)) throw unusable(`The pepper ${pepperPath} is not the one of ${path}.`);
  const records = new Map(parsed.keys.map((key) => [key.id, { key, caller: callerOf(key) }]));
  return { pepper, records, proven: new Map(), stamp: file.stamp };
}

function checkOf(pepper: Pepper): string {
  return keyed(pepper, 'merlon pepper check').toString('base64url');
}

function callerOf({ id, role, expiresAt }: KeyRecord): Caller {
  return Object.freeze({ principal: `key:${id}`, role, method: 'api_key', credential: id, expiresAt });
}

function keysIn(state: State): KeyRecord[] {
  return [...state.records.values()].map(({ key }) => key);
}

function shown(key: KeyRecord): ApiKey {
  const { id, name, role, createdAt, expiresAt, revokedAt } = key;
  return { id, name, role, createdAt, expiresAt, revokedAt };
}

function checkWanted({ role, name, expiresAt }: NewApiKey, now: number): void {
  if (!NAME.test(role)) throw new MerlonError('USAGE', 'A key needs a role.');
  if (!NAME.test(name)) throw new MerlonError('USAGE', 'A key needs a name of 1 to 100 printable characters.');
  if (expiresAt !== undefined && !(expiresAt > now)) throw new MerlonError('USAGE', 'A key must expire in the future.');
}

function unusable(message: string, cause?: unknown): MerlonError {
  return new MerlonError('KEYS_UNUSABLE', message, { cause });
}
