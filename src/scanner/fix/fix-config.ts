import type { Format } from '../../clients/client.ts';
import { readTree } from '../../clients/read-tree.ts';
import { placesIn } from '../../clients/tree.ts';
import { MerlonError } from '../../kernel/errors.ts';
import { shapeOf } from '../collect/client/client-shape.ts';
import { moveConfigSecrets } from './config-secrets.ts';
import { type Dialect, mendSettings, settingChecks } from './config-settings.ts';
import { fixClient, type Fixed, type FixNote, type FixOptions } from './fix-client.ts';
import type { NameVariable } from './variable-names.ts';

/** The checks whose findings can be mended in a server's configuration. */
export const fixableConfigChecks: readonly string[] = [...settingChecks, 'config-no-literal-secrets'];

/** The configuration that is mended. */
export interface ConfigTarget {
  /** Where it is; its name and content decide whether it counts as Merlon's. */
  readonly file: string;
  readonly format: Format;
  readonly dialect: Dialect;
}

export interface ConfigFixOptions extends Pick<FixOptions, 'versionOf'> {
  /** Ids of checks. */
  readonly only: readonly string[];
  /** True moves secrets out of a file that is not Merlon's too: its server has to know `${env:NAME}`. */
  readonly moveAnyway: boolean;
  readonly nameFor: NameVariable;
}

/** How Merlon's configuration refers to a variable. */
const MERLON = {
  id: 'merlon',
  title: 'Merlon',
  reference: { kind: 'header', value: 'Bearer ${env:NAME}', provenance: 'ran' },
} as const;

/**
 * Mends what can surely be mended in a server's configuration, and nothing else in it: comments and layout stay. Pure; the
 * caller shows, proves and writes the text.
 * @throws MerlonError CONFIG_SYNTAX where the file cannot be read without doubt
 */
export function fixConfig(text: string, target: ConfigTarget, options: ConfigFixOptions): Fixed {
  const mark = text.startsWith('\uFEFF') ? '\uFEFF' : '';
  const bare = text.slice(mark.length);
  checkReadable(bare, target);
  const { only, nameFor } = options;
  const settings = mendSettings(bare, { ...target, only });
  const isAsked = only.includes('config-no-literal-secrets');
  const mayMove = target.dialect === 'merlon' || options.moveAnyway;
  const moved = isAsked
    ? moveConfigSecrets(settings.text, target.file, target.format, mayMove ? nameFor : () => undefined)
    : nothing(settings.text);
  const left = mayMove ? moved.left : moved.left.map((note) => ({ ...note, text: NOT_OURS }));
  const upstreams = target.dialect === 'merlon' ? mendUpstreams(moved.text, target, options) : nothing(moved.text);
  return {
    text: mark + upstreams.text,
    done: [...settings.done, ...moved.done, ...upstreams.done],
    left: [...settings.left, ...left, ...upstreams.left],
    shown: [...moved.shown, ...upstreams.shown],
  };
}

const NOT_OURS = {
  en: 'whether the server of this file follows ${env:NAME} is not known here. If it does: --only config-no-literal-secrets.',
  zh: '此处不知该文件的服务器是否支持 ${env:NAME}。若支持，请使用 --only config-no-literal-secrets。',
};

function nothing(text: string): Fixed {
  return { text, done: [] as FixNote[], left: [] as FixNote[], shown: [] as string[] };
}

/** Two readers can take a file with a fault for different things; an edit would have to choose. */
function checkReadable(text: string, { file, format }: ConfigTarget): void {
  const { tree, faults } = readTree(text, format);
  const [fault] = faults;
  if (fault === undefined && tree?.kind === 'map') return;
  throw new MerlonError('CONFIG_SYNTAX', fault?.message ?? 'The file holds no map.', {
    place: { file, ...placesIn(text)(fault?.offset ?? 0) },
    todo: 'Correct the file at the place shown. Nothing was written.',
  });
}

/** The upstreams: packages and credentials, judged as those of a client's file. */
function mendUpstreams(
  text: string,
  { file, format }: ConfigTarget,
  { only, versionOf, nameFor }: ConfigFixOptions,
): Fixed {
  const { tree } = readTree(text, format);
  if (tree === undefined) return nothing(text);
  const wanted = (['client-packages-pinned', 'client-no-literal-secrets'] as const).filter((check) =>
    only.includes(check),
  );
  if (wanted.length === 0) return nothing(text);
  const shape = shapeOf(tree, undefined, format);
  if (shape.root[0] !== 'mcpServers' || shape.collection !== 'map') return nothing(text);
  const merlon = { command: 'merlon', args: [] };
  return fixClient(text, { file, format, shape, client: MERLON }, { only: wanted, versionOf, merlon, nameFor });
}
