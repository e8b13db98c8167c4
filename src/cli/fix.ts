import { resolve } from 'node:path';
import { clientNamed, clients, nearestClient } from '../clients/catalog.ts';
import { pathsOf } from '../clients/locate.ts';
import { MerlonError } from '../kernel/errors.ts';
import type { Language } from '../kernel/text.ts';
import { fixableChecks } from '../scanner/fix/fix-client.ts';
import { fixableConfigChecks } from '../scanner/fix/fix-config.ts';
import { readClientFile } from './client-file.ts';
import type { ConnectIo } from './connect-options.ts';
import { readEnvFile } from './env-file.ts';
import { fixFile } from './fix-file.ts';

/** `merlon fix` as it was called; see the help of the command for each. */
export interface FixCommandOptions {
  readonly client?: string;
  readonly only?: string;
  readonly pin?: readonly string[];
  readonly wrap?: true;
  /** Not `--env-file`: node takes that for its own, also behind the script. */
  readonly secretsTo?: string;
  readonly print?: true;
  readonly yes?: true;
  readonly lang?: Language;
}

/**
 * `merlon fix`: mends clients' files and servers' configurations, shows what, and proves it by a new scan.
 * @returns 0 what could be mended is, 1 something was declined or a scan still finds it
 * @throws MerlonError
 */
export async function fix(files: readonly string[], options: FixCommandOptions, io: ConnectIo): Promise<number> {
  const { client, only, pin = [], lang: language = 'en' } = options;
  const job = {
    only: checksOf(options),
    isNamed: only !== undefined,
    pins: pinsOf(pin),
    print: options.print === true,
    yes: options.yes === true,
    language,
    io,
  };
  if (client !== undefined && clientNamed(client) === undefined) throw unknownClient(client);
  let envFile = options.secretsTo === undefined ? undefined : readEnvFile(resolve(io.cwd, options.secretsTo));
  const named = files.map((file) => ({ path: resolve(io.cwd, file), client }));
  const all = files.length > 0 ? named : discovered(io, client);
  if (all.length === 0) io.say(NOTHING_FOUND[language]);
  let isDone = true;
  for (const each of all) {
    const outcome = await fixFile(each.path, each.client, { ...job, envFile });
    ({ envFile } = outcome);
    if (!outcome.isDone) isDone = false;
  }
  return isDone ? 0 : 1;
}

const NOTHING_FOUND = {
  en: 'No file of a client and no merlon.yaml was found. Name one: merlon fix FILE.',
  zh: '未找到任何客户端文件或 merlon.yaml。请指定一个：merlon fix FILE。',
};

const ALL: readonly string[] = [...fixableChecks, ...fixableConfigChecks];

function checksOf({ only, wrap }: FixCommandOptions): readonly string[] {
  const wrapping = 'client-behind-gateway';
  if (only === undefined) return ALL.filter((check) => check !== wrapping || wrap === true);
  const names = only.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !ALL.includes(name));
  if (unknown !== undefined) {
    throw new MerlonError('USAGE', `There is no fix for ${JSON.stringify(unknown.slice(0, 60))}.`, {
      todo: `There is ${ALL.join(', ')}.`,
    });
  }
  return ALL.filter((check) => names.includes(check) || (check === wrapping && wrap === true));
}

const EXACT = /^v?\d[0-9A-Za-z.!+-]{0,127}$/;

function pinsOf(pins: readonly string[]): Map<string, string> {
  return new Map(
    pins.map((pin) => {
      const at = pin.lastIndexOf('=');
      const [name, version] = [pin.slice(0, at), pin.slice(at + 1)];
      if (at > 0 && EXACT.test(version)) return [name, version] as const;
      throw new MerlonError('USAGE', '--pin takes NAME=VERSION with one exact version.', {
        todo: 'Such as --pin @modelcontextprotocol/server-memory=1.2.3.',
      });
    }),
  );
}

function unknownClient(id: string): MerlonError {
  const near = nearestClient(id);
  return new MerlonError('USAGE', `There is no client ${JSON.stringify(id.slice(0, 40))}.`, {
    todo: near === undefined ? `There is ${clients.map((each) => each.id).join(', ')}.` : `Did you mean ${near}?`,
  });
}

/** The files that clients write and Merlon may, not the older and additional places; and a gateway's configuration here. */
function discovered(io: ConnectIo, only: string | undefined): { path: string; client: string | undefined }[] {
  const found = new Map<string, string>();
  for (const client of clients) {
    if (only !== undefined && client.id !== only) continue;
    for (const file of client.files.filter(({ readOnly }) => readOnly !== true)) {
      for (const each of pathsOf(file, { ...io, project: io.cwd })) {
        const path = resolve(io.cwd, each);
        if (!found.has(path) && isThere(path)) found.set(path, client.id);
      }
    }
  }
  const ofClients = [...found].map(([path, client]) => ({ path, client }));
  const own = resolve(io.cwd, 'merlon.yaml');
  return only === undefined && isThere(own) ? [...ofClients, { path: own, client: undefined }] : ofClients;
}

function isThere(path: string): boolean {
  try {
    return readClientFile(path).text !== undefined;
  } catch {
    // There, and unusable: reading it again says why.
    return true;
  }
}
