import type { Text } from '../../../kernel/text.ts';
import { isLoopbackHost } from '../../../kernel/loopback.ts';
import type { Answer, Where } from '../../check.ts';
import { unseen } from '../../check.ts';
import type { ConfigFacts, HeldSecret, Setting } from '../../facts/config.ts';
import { blind } from '../../look.ts';

/** The setting at a dotted path. */
export function settingOf({ settings }: ConfigFacts, path: string): Setting | undefined {
  return Object.hasOwn(settings, path) ? settings[path] : undefined;
}

/** The first of several paths that the file has; servers name the same thing differently. */
export function firstOf(facts: ConfigFacts, paths: readonly string[]): { path: string; setting: Setting } | undefined {
  for (const path of paths) {
    const setting = settingOf(facts, path);
    if (setting !== undefined) return { path, setting };
  }
  return undefined;
}

/** A switch as YAML readers of either version understand it; undefined for what is none or is not there. */
export function switchOf(facts: ConfigFacts, path: string): boolean | undefined {
  const value = settingOf(facts, path)?.value;
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string') return undefined;
  if (/^(true|yes|on)$/i.test(value)) return true;
  return /^(false|no|off)$/i.test(value) ? false : undefined;
}

/** A text; undefined for what is none or is not there. */
export function textOf(facts: ConfigFacts, path: string): string | undefined {
  const value = settingOf(facts, path)?.value;
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A number, also one that is written as text; undefined for what is none or is not there. */
export function numberOf(facts: ConfigFacts, path: string): number | undefined {
  const value = settingOf(facts, path)?.value;
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^-?\d{1,15}$/.test(value.trim()) ? Number(value) : undefined;
}

/** The texts of a list; a single text counts as a list of one. Undefined where there is none. */
export function listOf(facts: ConfigFacts, path: string): readonly string[] | undefined {
  const value = settingOf(facts, path)?.value;
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.map((item) => (typeof item === 'string' ? item : '')) : undefined;
}

/** The secret that stands at a path, or what stands in its place. */
export function secretOf(facts: ConfigFacts, path: string): HeldSecret | undefined {
  const value = settingOf(facts, path)?.value;
  return isHeldSecret(value) ? value : undefined;
}

/** True for the mark that stands in place of a secret. */
export function isHeldSecret(value: unknown): value is HeldSecret {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && 'secret' in value;
}

/** True where the file itself, and not a default, says something at this path or below it. */
export function says({ settings }: ConfigFacts, path: string): boolean {
  return Object.entries(settings).some(
    ([key, { isDefault }]) => isDefault !== true && (key === path || key.startsWith(`${path}.`)),
  );
}

/** Where a setting stands; for what is not there, the file. */
export function whereOf(facts: ConfigFacts, path: string): Where {
  return settingOf(facts, path)?.where ?? { file: facts.file, path: path.split('.') };
}

/** What a setting says, as a part of a sentence. */
export function said(facts: ConfigFacts, path: string): Text {
  const setting = settingOf(facts, path);
  if (setting === undefined) return { en: `\`${path}\` is not set`, zh: `未设置 \`${path}\`` };
  const value = shown(setting.value);
  if (setting.isDefault === true) {
    return { en: `\`${path}\` is not set, its default is ${value}`, zh: `未设置 \`${path}\`，其默认值为 ${value}` };
  }
  return { en: `\`${path}\` is ${value}`, zh: `\`${path}\` 为 ${value}` };
}

/** Sentences out of parts of sentences. */
export function sentence(...parts: readonly Text[]): Text {
  return { en: `${parts.map(({ en }) => en).join(', ')}.`, zh: `${parts.map(({ zh }) => zh).join('，')}。` };
}

/** A value as it may be quoted, cut to what fits into a sentence. */
function shown(value: unknown): string {
  if (isHeldSecret(value)) return `(${value.secret})`;
  const text = JSON.stringify(value) ?? '';
  return `\`${text.length > 80 ? `${text.slice(0, 80)}…` : text}\``;
}

/** `unknown` where one of the settings is taken from somewhere else, such as `${env:X}`: what it then says was not seen. */
export function unresolved(facts: ConfigFacts, paths: readonly string[]): Answer | undefined {
  const path = paths.find((one) => isReference(settingOf(facts, one)?.value));
  if (path === undefined) return undefined;
  const why = blind(
    'unreadable',
    `\`${path}\` is a reference, which a scan does not follow.`,
    `\`${path}\` 是引用，扫描不会解析它。`,
  );
  return unseen(why, { where: whereOf(facts, path) });
}

function isReference(value: unknown): boolean {
  return typeof value === 'string' && /\$\{|^\$[A-Za-z_]|\{\{|^%[A-Za-z_]/.test(value.slice(0, 200));
}

/** How far the server listens; `unsaid` where the file does not tell. */
export function reachOf(facts: ConfigFacts): 'loopback' | 'address' | 'everywhere' | 'unsaid' {
  const host = textOf(facts, 'server.host');
  if (host === undefined) return 'unsaid';
  if (isLoopbackHost(host)) return 'loopback';
  return ['0.0.0.0', '::', '[::]', '*'].includes(host) ? 'everywhere' : 'address';
}

/** An item of a list of maps. */
export interface Item {
  /** Dotted path of the item, such as `auth.providers.0`. */
  readonly path: string;
  readonly index: number;
}

/** The items of a list of maps, in order, at most 1000. */
export function itemsOf({ settings }: ConfigFacts, list: string): readonly Item[] {
  const indexes = new Set<number>();
  for (const path of Object.keys(settings)) {
    if (!path.startsWith(`${list}.`)) continue;
    const [first = ''] = path.slice(list.length + 1).split('.', 1);
    if (/^\d{1,4}$/.test(first)) indexes.add(Number(first));
  }
  const inOrder = [...indexes].sort((a, b) => a - b).slice(0, 1_000);
  return inOrder.map((index) => ({ path: `${list}.${index}`, index }));
}

/** A role and what it may do. */
export interface Role {
  readonly name: string;
  readonly permissions: readonly string[];
  readonly where: Where;
}

/** The roles: a list of maps with `name` and `permissions`. */
export function rolesOf(facts: ConfigFacts): readonly Role[] {
  return itemsOf(facts, 'permissions.roles').map(({ path, index }) => ({
    name: textOf(facts, `${path}.name`) ?? `#${index}`,
    permissions: listOf(facts, `${path}.permissions`) ?? [],
    where: whereOf(
      facts,
      settingOf(facts, `${path}.permissions`) === undefined ? `${path}.name` : `${path}.permissions`,
    ),
  }));
}

/** An upstream as far as it is a matter of settings. */
export interface Upstream {
  readonly name: string;
  readonly command: string | undefined;
  readonly url: string | undefined;
  readonly where: Where;
}

/** The upstreams that are not switched off, at most 1000. */
export function upstreamsOf(facts: ConfigFacts): readonly Upstream[] {
  const found = new Map<string, { command?: string; url?: string; where: Where; disabled?: boolean }>();
  for (const { where, value } of Object.values(facts.settings)) {
    const [section, name, key, ...rest] = where.path ?? [];
    if (section !== 'mcpServers' || name === undefined || rest.length > 0) continue;
    const upstream = found.get(name) ?? { where };
    found.set(name, upstream);
    if (key === 'disabled' && value === true) upstream.disabled = true;
    const text = isHeldSecret(value) ? (value.url ?? '') : typeof value === 'string' ? value : '';
    if (key === 'command') upstream.command = text;
    if (key === 'url') Object.assign(upstream, { url: text, where });
  }
  return [...found]
    .slice(0, 1_000)
    .flatMap(([name, { disabled, command, url, where }]) => (disabled === true ? [] : [{ name, command, url, where }]));
}
