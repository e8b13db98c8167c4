import { codeParameter } from '../../kernel/tool-words.ts';
import { type Argument, singular } from './argument.ts';
import {
  isAddress,
  isAmount,
  isContent,
  isHost,
  isId,
  isOrigin,
  isPath,
  isPermission,
  isPostal,
  isRecipient,
  isSecret,
  isThing,
  isTime,
  isUrl,
  mayBePath,
  mayBeRecipient,
  sendsAlong,
} from './argument-words.ts';
import { alsoNouns, type Deed, deedsOfVerb } from './deeds.ts';
import type { Doing } from './effects-of.ts';
import type { Effect, SinkKind } from './tool-profile.ts';

/** What is known of a tool when its arguments are judged. */
interface Setting {
  readonly doing: Doing;
  readonly effects: ReadonlySet<Effect>;
  /** It changes, runs or sends something. */
  readonly acts: boolean;
  /** What it gets goes to somebody: mails, messages, payments, invitations. */
  readonly reaches: boolean;
  /** It pays, buys or books. */
  readonly isTrade: boolean;
  readonly aboutFiles: boolean;
  /** It has a part of a postal address that is nothing else. */
  readonly hasAddress: boolean;
}

const FILES = /\b(?:files?|director(?:y|ies)|folders?|paths?|disk|file ?system)\b/;
const TRADE =
  /\b(?:pay|payment|price|purchase|buy|checkout|cart|invoice|refund|booking|reservation|reserve|stock|shares|fare)\b/;

/** The arguments of a tool through which harm is done, by path. `effects` are those that count, whoever said them. */
export function sinksOf(
  args: readonly Argument[],
  doing: Doing,
  effects: ReadonlySet<Effect>,
): ReadonlyMap<string, SinkKind> {
  const said = `${doing.words.join(' ')} ${doing.about.slice(0, 200)}`;
  const { deeds } = doing;
  const acts = effects.has('write') || effects.has('execute') || (effects.has('egress') && !deeds.has('read'));
  const setting: Setting = {
    doing,
    effects,
    acts,
    reaches: effects.has('egress') && (acts || args.some(sendsAlong)),
    isTrade: deeds.has('pay') || deeds.has('order') || (acts && TRADE.test(doing.words.join(' '))),
    aboutFiles: FILES.test(said),
    hasAddress: args.some(({ head }) => /^(?:address|street|zip|zipcode|postal|postcode)$/.test(head)),
  };
  const sinks = new Map<string, SinkKind>();
  for (const one of args) {
    const kind = kindOf(one, setting);
    if (kind !== undefined && !sinks.has(one.path)) sinks.set(one.path, kind);
  }
  if (acts) addUnclear(sinks, args, setting);
  return sinks;
}

function kindOf(one: Argument, setting: Setting): SinkKind | undefined {
  if (isCommand(one, setting)) return 'command';
  if (isUrl(one)) return 'url';
  if (isFilePath(one, setting)) return 'path';
  if (!setting.acts) return readingKind(one, setting);
  if (isContent(one) && !isPermission(one)) return postalOf(one, setting);
  return (
    recipientOf(one, setting) ??
    (isPermission(one) ? 'permission' : undefined) ??
    (isSecret(one) ? 'target' : undefined) ??
    (isTime(one) ? 'time' : undefined) ??
    (isAmount(one, setting.isTrade) ? 'amount' : undefined) ??
    postalOf(one, setting) ??
    (isTarget(one, setting) ? 'target' : undefined) ??
    (isHost(one) ? 'url' : undefined)
  );
}

/** What arguments of tools that only read can do: name a host to be asked, or somebody to be told. */
function readingKind(one: Argument, { effects }: Setting): SinkKind | undefined {
  if (!effects.has('egress')) return undefined;
  if (sendsAlong(one)) return 'recipient';
  return isHost(one) ? 'url' : undefined;
}

function isCommand({ path, name, head, isFree }: Argument, { doing, effects }: Setting): boolean {
  if (path === doing.code) return true;
  if (!effects.has('execute') || !isFree) return false;
  return (
    codeParameter.test(name) || (doing.code !== undefined && /^(?:arg|argument|argv|env|environment|stdin)$/.test(head))
  );
}

function isFilePath(one: Argument, { acts, aboutFiles, doing }: Setting): boolean {
  // `search_by(filename)` asks for a name and opens nothing.
  if (!acts && /^(?:filename|file|name)$/.test(one.head) && /^(?:search|find|lookup|query)$/.test(doing.words[0] ?? ''))
    return false;
  return isPath(one) || (aboutFiles && mayBePath(one));
}

function recipientOf(one: Argument, { reaches }: Setting): SinkKind | undefined {
  if (!one.isFree && !one.isNumber) return undefined;
  if (isOrigin(one)) return reaches || isId(one.head) ? 'target' : undefined;
  if (isRecipient(one) || isAddress(one)) return 'recipient';
  return reaches && mayBeRecipient(one) ? 'recipient' : undefined;
}

function postalOf(one: Argument, { hasAddress }: Setting): SinkKind | undefined {
  return hasAddress && isPostal(one) ? 'recipient' : undefined;
}

function isTarget(one: Argument, { doing, isTrade }: Setting): boolean {
  const { head, isFree, isClosed } = one;
  if (isClosed) return false;
  if (isId(head) || isThing(head)) return true;
  if (!isFree) return false;
  // The name of what is made anew harms nobody.
  const makes = doing.deeds.has('make') && !NAMES_EXISTING.some((deed) => doing.deeds.has(deed));
  const isVerb = deedsOfVerb.has(head) && !alsoNouns.has(head);
  if (!makes && !isVerb && (head === 'name' || doing.words.some((word) => singular(word) === head))) return true;
  return isTrade;
}

const NAMES_EXISTING: readonly Deed[] = ['change', 'remove', 'order', 'run', 'pay', 'give'];

/**
 * Where nothing says whom or what a tool that acts is about, whatever text it takes may say so. A name that cannot be
 * read counts like that in any such tool: it may look like another one, or be in another language.
 */
function addUnclear(sinks: Map<string, SinkKind>, args: readonly Argument[], { doing, reaches }: Setting): void {
  const kind: SinkKind = reaches ? 'recipient' : 'target';
  for (const one of args) if (one.isFree && !one.isReadable && !sinks.has(one.path)) sinks.set(one.path, kind);
  const isClear = (): boolean => [...sinks.values()].some((known) => WHERE.has(known));
  const { deeds } = doing;
  const onlyMakes = deeds.size > 0 && [...deeds].every((deed) => deed === 'make' || deed === 'read');
  if (isClear() || onlyMakes) return;
  for (const one of args) if (one.isFree && !isContent(one) && !sinks.has(one.path)) sinks.set(one.path, kind);
  // `complete_todo(description)`: the only text there is names the thing.
  const namesByText = (deeds.has('change') && !deeds.has('make')) || deeds.has('remove') || deeds.size === 0;
  if (isClear() || !namesByText) return;
  for (const one of args) if (one.isFree && !sinks.has(one.path)) sinks.set(one.path, 'target');
}

const WHERE: ReadonlySet<SinkKind> = new Set(['recipient', 'url', 'path', 'command', 'target']);
