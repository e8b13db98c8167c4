import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { clientNamed, clients } from '../../../clients/catalog.ts';
import type { Platform } from '../../../clients/client.ts';
import type { Own } from '../../../clients/goes-through.ts';
import { pathsOf } from '../../../clients/locate.ts';
import { MAX_TEXT } from '../../../clients/tree.ts';
import type { ClientFacts } from '../../facts/client.ts';
import { type Look, saw } from '../../look.ts';
import type { Collect, Surroundings, TargetSpec } from '../../target.ts';
import { asText, readUserFile, shownPath } from '../read-user-file.ts';
import { readClientFacts } from './read-client.ts';

type ClientSpec = Extract<TargetSpec, { kind: 'client-config' }>;

/** Most files of a folder that holds one server each. */
const MAX_IN_FOLDER = 50;

/** Reads one client's file. */
export const collectClientConfig: Collect<'client-config'> = async ({ file, client }, surroundings) => {
  const path = resolve(surroundings.project, file);
  const shown = shownPath(path, surroundings.home);
  surroundings.step(shown, 'read');
  const { program } = surroundings;
  const look = await lookAt(path, shown, client, program === undefined ? {} : { program });
  const id = 'saw' in look ? look.saw.client : client;
  const title = clientNamed(id ?? '')?.title;
  const name = title === undefined ? shown : `${title}: ${shown}`;
  return [{ id: `client-config:${shown}`, kind: 'client-config', name, parts: { client: look } }];
};

async function lookAt(path: string, shown: string, client: string | undefined, own: Own): Promise<Look<ClientFacts>> {
  // Three bytes a character at most.
  const read = await readUserFile(path, MAX_TEXT * 3);
  if (!('saw' in read)) return read;
  const text = asText(read.saw.bytes);
  if (!('saw' in text)) return text;
  return saw({ ...readClientFacts(text.saw, shown, client, own), access: read.saw.access });
}

/** The files of all clients of the catalogue that are there, of the user and of the project, each once. */
export async function discoverClientConfigs(surroundings: Surroundings): Promise<ClientSpec[]> {
  const { env, home, project } = surroundings;
  const around = { env, home, project, platform: platformOf(surroundings.platform) };
  const named = clients.flatMap((client) =>
    client.files.flatMap((file) =>
      pathsOf(file, around).map((path) => ({ path: resolve(project, path), client: client.id })),
    ),
  );
  const candidates = [...named, ...claudeSettings(surroundings), ...(await continueFiles(surroundings))];
  const once = new Map<string, string>();
  for (const { path, client } of candidates) if (!once.has(path)) once.set(path, client);
  const specs: ClientSpec[] = [];
  for (const [file, client] of once) {
    if (await isThere(file)) specs.push({ kind: 'client-config', file, client });
  }
  return specs;
}

/** Claude Code's settings hold no servers, but say whether those of a project are used without asking. */
function claudeSettings({ env, home, project }: Surroundings): { path: string; client: string }[] {
  const user = env['CLAUDE_CONFIG_DIR'] ?? '';
  const folders = [user === '' ? join(home, '.claude') : resolve(project, user), join(project, '.claude')];
  return folders.flatMap((folder) =>
    ['settings.json', 'settings.local.json'].map((name) => ({ path: join(folder, name), client: 'claude-code' })),
  );
}

/** Continue reads every file of a folder of the project. */
async function continueFiles({ project }: Surroundings): Promise<{ path: string; client: string }[]> {
  const folder = join(project, '.continue', 'mcpServers');
  const names = await readdir(folder).catch(() => []);
  const files = names.filter((name) => /\.(ya?ml|json)$/i.test(name)).sort();
  return files.slice(0, MAX_IN_FOLDER).map((name) => ({ path: join(folder, name), client: 'continue' }));
}

/** True for what is there, whatever it is: why it cannot be read is said when it is read. */
async function isThere(path: string): Promise<boolean> {
  try {
    return !(await stat(path)).isDirectory();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    return code !== 'ENOENT' && code !== 'ENOTDIR';
  }
}

/** Systems that Merlon knows nothing of keep their files as Linux does. */
function platformOf(platform: NodeJS.Platform): Platform {
  return platform === 'darwin' || platform === 'win32' ? platform : 'linux';
}
