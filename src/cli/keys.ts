import { dirname } from 'node:path';
import { loadConfig } from '../config/load.ts';
import type { ApiKeys } from '../identity/api-key.ts';
import { DAY_MS, systemClock } from '../kernel/clock.ts';
import { MerlonError } from '../kernel/errors.ts';
import { keyFiles, openKeys } from './authenticator.ts';
import { makeStateFolder } from './make-state-folder.ts';

/** Makes a key and prints its text, which is stored nowhere. */
export async function createKey(
  config: string,
  { role, name = role, expires }: { readonly role: string; readonly name?: string; readonly expires?: string },
): Promise<void> {
  const { keys, roles } = await open(config);
  if (!roles.includes(role)) {
    throw new MerlonError('USAGE', `There is no role ${JSON.stringify(role)}; there is ${roles.join(', ')}.`);
  }
  const days = expires === undefined ? undefined : Number(expires);
  if (days !== undefined && !(days > 0 && days <= 36_500))
    throw new MerlonError('USAGE', '--expires takes a number of days.');
  const expiresAt = days === undefined ? {} : { expiresAt: systemClock.now() + days * DAY_MS };
  const { text } = keys.create({ role, name, ...expiresAt });
  process.stdout.write(`${text}\n`);
  process.stderr.write('This is shown once; only a keyed hash is stored.\n');
}

/** Prints the keys, never their text. */
export async function listKeys(config: string, asJson: boolean): Promise<void> {
  const { keys } = await open(config);
  const list = keys.list();
  if (asJson) return void process.stdout.write(`${JSON.stringify(list)}\n`);
  if (list.length === 0) process.stdout.write('No keys. Make one with merlon key create --role ROLE.\n');
  for (const { id, role, name, createdAt, expiresAt, revokedAt } of list) {
    const until = expiresAt === undefined ? 'never expires' : `expires ${day(expiresAt)}`;
    const state = revokedAt === undefined ? until : `revoked ${day(revokedAt)}`;
    process.stdout.write(`${id}  ${role.padEnd(12)} ${name.padEnd(24)} made ${day(createdAt)}, ${state}\n`);
  }
}

/** Ends a key. */
export async function revokeKey(config: string, id: string): Promise<void> {
  const { keys } = await open(config);
  keys.revoke(id);
  process.stdout.write(`${id} is revoked.\n`);
}

function day(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

async function open(path: string): Promise<{ keys: ApiKeys; roles: string[] }> {
  const { config } = await loadConfig(path, { env: process.env, listens: false });
  const [file] = keyFiles(config);
  if (file === undefined) throw new MerlonError('USAGE', 'The configuration has no provider of type api_key.');
  makeStateFolder(dirname(file));
  const keys = openKeys(file, { clock: systemClock, onProblem: () => undefined });
  return { keys, roles: config.permissions.roles.map(({ name }) => name) };
}
