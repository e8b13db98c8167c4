import type { Format } from '../../clients/client.ts';
import { readTree } from '../../clients/read-tree.ts';
import type { Tree } from '../../clients/tree.ts';
import { looksLikeToken } from '../../detect/token-shapes.ts';
import { isHeldSecret } from '../checks/config/setting.ts';
import { dotted, readConfigFacts } from '../collect/config/read-config-facts.ts';
import { markSecret, type Named } from '../collect/config/mark-secret.ts';
import type { FixNote } from './fix-client.ts';
import { childOf, scalarAt, setScalar } from './set-scalar.ts';
import type { NameVariable } from './variable-names.ts';

const CHECK = 'config-no-literal-secrets';
/** Most secrets that are moved out of one file. */
const MAX_MOVED = 200;

/** What became of the secrets of a configuration. */
export interface MovedSecrets {
  readonly text: string;
  readonly done: readonly FixNote[];
  readonly left: readonly FixNote[];
  readonly shown: readonly string[];
}

/** A secret in a file, and where. */
interface Place {
  readonly path: readonly string[];
  /** The setting that it is, or is an item of, as findings name it. */
  readonly setting: string;
  readonly value: string;
  readonly named: Named;
  readonly isPlaceholder: boolean;
}

/** Every value of a configuration that must not be shown. */
export function secretValues(text: string, file: string, format: Format): string[] {
  return placesOf(text, file, format)
    .filter(({ isPlaceholder }) => !isPlaceholder)
    .flatMap(({ value, named }) => [value, ...partsOf(value, named).map(({ secret }) => secret)])
    .filter((value) => value !== '');
}

/** Puts `${env:NAME}` in the place of every secret. The values stay in no message. */
export function moveConfigSecrets(text: string, file: string, format: Format, nameFor: NameVariable): MovedSecrets {
  const { tree } = readTree(text, format);
  const done: FixNote[] = [];
  const left: FixNote[] = [];
  const shown: string[] = [];
  let now = text;
  const places = placesOf(text, file, format).slice(0, MAX_MOVED);
  const found = places.map((place) => ({ place, replacement: replacementOf(place, tree, nameFor) }));
  // The last first: what an anchor names can only be changed once nothing refers to it any more.
  for (const { place, replacement } of found.toReversed()) {
    const subject = place.setting;
    const edited = replacement === undefined ? undefined : setScalar(now, format, place.path, replacement.to);
    if (replacement === undefined || edited === undefined) {
      left.unshift({ check: CHECK, subject, text: BY_HAND });
      continue;
    }
    now = edited;
    shown.push(replacement.to);
    done.unshift({
      check: CHECK,
      subject,
      text: {
        en: `it comes from the variable ${replacement.variable}: set it where the server is started.`,
        zh: `取自变量 ${replacement.variable}：请在启动服务器的环境中设置它。`,
      },
    });
  }
  return { text: now, done, left, shown };
}

const BY_HAND = {
  en: 'this secret has to be moved by hand: into a file that only its owner can read, with ${file:path} in its place.',
  zh: '此密钥需手动移出：存入仅所有者可读的文件，并在原处写 ${file:path}。',
};

function placesOf(text: string, file: string, format: Format): Place[] {
  const { tree } = readTree(text, format);
  return Object.values(readConfigFacts(text, file).settings).flatMap(({ value, where: { path = [] } }) => {
    const held: readonly unknown[] = Array.isArray(value) ? value : [value];
    return held.flatMap((each, index): Place[] => {
      if (!isHeldSecret(each) || each.secret === 'reference') return [];
      const isItem = Array.isArray(value);
      const own = isItem ? [...path, String(index)] : path;
      const found = scalarAt(tree, own)?.value;
      if (typeof found !== 'string' && typeof found !== 'number') return [];
      const before = isItem && index > 0 ? { before: scalarAt(tree, [...path, String(index - 1)])?.value } : {};
      const named = { key: path.at(-1) ?? '', ...before };
      return [
        { path: own, setting: dotted(path), value: String(found), named, isPlaceholder: each.secret === 'placeholder' },
      ];
    });
  });
}

interface Part {
  readonly before: string;
  readonly secret: string;
  readonly after: string;
}

function replacementOf({ path, value, named, isPlaceholder }: Place, tree: Tree | undefined, nameFor: NameVariable) {
  for (const { before, secret, after } of partsOf(value, named)) {
    const isMovable = secret.trim() !== '' && !secret.includes('${') && !/[\r\n\0]/.test(secret);
    if (!isMovable || isHeldLiteral(markSecret(`${before}\${env:X}${after}`, named))) continue;
    const variable = nameFor(nameOf(path, labelBefore(before, named), tree), isPlaceholder ? undefined : secret);
    return variable === undefined ? undefined : { variable, to: `${before}\${env:${variable}}${after}` };
  }
  return undefined;
}

/** What a part of a value is called by what stands before it: an option, a header, a parameter, an address's user. */
function labelBefore(text: string, { before }: Named): string | undefined {
  if (/^[^?]*:\/\/[^?]*$/.test(text)) return 'password';
  const option = /^--?([A-Za-z][\w-]{0,63})$/.exec(typeof before === 'string' ? before : '')?.[1];
  return /([\w-]{1,64})\s?[=:]\s?(?:(?:bearer|basic|token) )?$/i.exec(text)?.[1] ?? option;
}

function isHeldLiteral(held: unknown): boolean {
  return isHeldSecret(held) && held.secret !== 'reference';
}

/** The parts of a value that may be its secret, the smallest first; the whole value last. */
function partsOf(value: string, { key }: Named): Part[] {
  const inAddress = split(value, /^([a-z][a-z0-9+.-]{0,32}:\/\/[^/?#@:\s]*:)([^/?#\s]*)(@.*)$/is);
  const isArgument = key === 'args' || key === 'command';
  const assigned = isArgument
    ? split(value, /^(-{0,2}[\w-]{1,128}\s?[=:]\s?(?:(?:bearer|basic|token) )?)(?!\/\/)(.+)()$/is)
    : [];
  const schemed = split(value, /^((?:bearer|basic|token) )(.+)()$/is);
  return [...inAddress, ...inQuery(value), ...assigned, ...schemed, { before: '', secret: value, after: '' }];
}

function split(value: string, pattern: RegExp): Part[] {
  const [whole, before = '', secret = '', after = ''] = pattern.exec(value) ?? [];
  return whole === undefined ? [] : [{ before, secret, after }];
}

function inQuery(value: string): Part[] {
  if (!/^[a-z][a-z0-9+.-]{0,32}:\/\//i.test(value)) return [];
  return [...value.matchAll(/[?&][^=&#?]{1,128}=([^&#]*)/g)].slice(0, 50).map((match) => {
    const [all, secret = ''] = match;
    const end = match.index + all.length;
    return { before: value.slice(0, end - secret.length), secret, after: value.slice(end) };
  });
}

const SECTIONS = new Set(['auth', 'providers', 'security', 'server', 'mcpServers', 'env', 'headers']);
/** Keys that say less than the label of a part of their value. */
const LESS_TELLING = new Set(['args', 'command', 'url']);

/** A name that says what the variable is for: `auth.providers[1].secret` of a JWT is `MERLON_JWT_SECRET`. */
function nameOf(path: readonly string[], label: string | undefined, tree: Tree | undefined): string {
  const words: string[] = [];
  let at = tree;
  for (const step of path) {
    const inList = at?.kind === 'list';
    at = childOf(at, step);
    const word = inList ? labelOf(at) : step;
    if (word !== '' && !SECTIONS.has(word) && !looksLikeToken(word)) words.push(word);
  }
  if (label !== undefined && !looksLikeToken(label)) {
    if (LESS_TELLING.has(words.at(-1) ?? '')) words.pop();
    words.push(label);
  }
  const snake = words.join('_').replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2');
  const plain = snake
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '');
  return `MERLON_${plain === '' ? 'SECRET' : plain}`.slice(0, 80);
}

/** What an item of a list is called: by its `type`, else its `name`. */
function labelOf(item: Tree | undefined): string {
  const named = [scalarAt(item, ['type']), scalarAt(item, ['name'])];
  return (
    named.flatMap((each) =>
      typeof each?.value === 'string' && /^\w{1,32}$/.test(each.value) ? [each.value] : [],
    )[0] ?? ''
  );
}
