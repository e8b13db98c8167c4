import {
  COMPELS,
  CONCEAL,
  WITHHOLD,
  OVERRIDE,
  KEY_FILE,
  SETTINGS_FILE,
  CONTENTS,
  COMMAND,
  PIPED,
  SENDS,
  TELLS_ADDRESS,
  CONVERSATION_INTO,
  SECRETS_INTO,
  TAMPER,
  REPLACES,
  AUTHORITY,
  RECITE,
  CONTROL,
  FOREIGN,
} from './order-patterns.ts';
import { plainText } from './plain-text.ts';

/**
 * What a text about a tool has no business to order.
 *
 * - `conceal`: keep something from the user
 * - `override`: ignore instructions, rules, earlier messages
 * - `sensitive-file`: read a file with keys or settings of the user's
 * - `run-command`: run a command of somebody's choosing
 * - `send-elsewhere`: hand data to an address
 * - `side-channel`: put the conversation, keys or file contents into a parameter
 * - `tamper`: replace what the user asked for
 * - `foreign-tool`: use, replace or distrust a tool that is none of this server's
 * - `authority`: speak as the system or its administrator
 * - `recite`: say a given sentence to the user
 * - `control-token`: marks by which models tell roles apart
 */
export type OrderKind =
  | 'conceal'
  | 'override'
  | 'sensitive-file'
  | 'run-command'
  | 'send-elsewhere'
  | 'side-channel'
  | 'tamper'
  | 'foreign-tool'
  | 'authority'
  | 'recite'
  | 'control-token';

/** One order found. */
export interface Order {
  readonly kind: OrderKind;
  /** `strong`: nothing harmless reads like it. `weak`: it may be harmless; two kinds together hardly are. */
  readonly strength: 'strong' | 'weak';
  /** The sentence as it was matched (folded, in lower case), at most 160 characters. */
  readonly excerpt: string;
}

/** What orders may mention. */
export interface OrderContext {
  /** Names of the server's own tools and parameters: ordering those is ordinary documentation. */
  readonly ownNames: ReadonlySet<string>;
}

/** What a text's orders come to. */
export type Verdict = 'harmful' | 'doubtful' | 'harmless';

const MAX_SENTENCES = 2_000;
const MAX_SENTENCE = 1_000;
const MAX_ORDERS = 20;
const MAX_EXCERPT = 160;

/**
 * Orders to a model in a text that should describe. Emphasis alone (IMPORTANT, MUST, CRITICAL) is none, nor is the order
 * in which a server's own tools are to be used. Linear in the text: every quantifier is bounded.
 */
export function findOrders(text: string, { ownNames }: OrderContext): readonly Order[] {
  const found: Order[] = [];
  for (const sentence of sentencesOf(plainText(text))) {
    const isDiscussed = DISCUSSED.test(sentence);
    for (const { kind, strength } of ordersIn(sentence, ownNames)) {
      const excerpt = sentence.slice(0, MAX_EXCERPT);
      found.push({ kind, strength: isDiscussed ? 'weak' : strength, excerpt });
    }
    if (found.length >= MAX_ORDERS) break;
  }
  return found;
}

/** Harmful: one strong order, or weak ones of two kinds. */
export function judgeOrders(orders: readonly Order[]): Verdict {
  if (orders.length === 0) return 'harmless';
  const kinds = new Set(orders.map(({ kind }) => kind));
  return kinds.size > 1 || orders.some(({ strength }) => strength === 'strong') ? 'harmful' : 'doubtful';
}

// A scanner's or guard's own description speaks of attacks.
const DISCUSSED =
  /\b(?:detect|scan|flag|block|prevent|identif|sanitiz|classif|guard|protect|defend)\w{0,6}\b.{0,80}\b(?:injection|jailbreak|attack|malicious|poison|exfiltrat)/;

/** The sentences of a text that is plain already, at most 2,000 of at most 1,000 characters. */
export function* sentencesOf(text: string): Generator<string> {
  let from = 0;
  for (let count = 0; from < text.length && count < MAX_SENTENCES; count += 1) {
    const end = endOfSentence(text, from);
    const sentence = text.slice(from, end).trim();
    if (sentence !== '') yield sentence;
    from = end;
  }
}

function endOfSentence(text: string, from: number): number {
  const most = Math.min(text.length, from + MAX_SENTENCE);
  for (let at = from; at < most; at += 1) {
    const char = text[at];
    if (
      (char === '.' || char === '!' || char === '?') &&
      (text[at + 1] ?? ' ') === ' ' &&
      !ABBREVIATED.test(text.slice(at - 4, at))
    )
      return at + 1;
  }
  return most;
}

const ABBREVIATED = /(?:^|[ (,])(?:e\.g|i\.e|vs|etc|cf|no)$/;

interface Hit {
  readonly kind: OrderKind;
  readonly strength: Order['strength'];
}

function ordersIn(sentence: string, ownNames: ReadonlySet<string>): Hit[] {
  const compels = COMPELS.test(sentence);
  const hits: Hit[] = [];
  const add = (kind: OrderKind, isStrong: boolean): void => {
    hits.push({ kind, strength: isStrong ? 'strong' : 'weak' });
  };
  if (CONCEAL.test(sentence)) add('conceal', true);
  else if (WITHHOLD.test(sentence)) add('conceal', false);
  if (OVERRIDE.test(sentence)) add('override', true);
  if (KEY_FILE.test(sentence)) add('sensitive-file', compels);
  else if (SETTINGS_FILE.test(sentence)) add('sensitive-file', compels && CONTENTS.test(sentence));
  if (COMMAND.test(sentence) || PIPED.test(sentence)) add('run-command', compels);
  if (SENDS.test(sentence)) add('send-elsewhere', compels);
  else if (compels && TELLS_ADDRESS.test(sentence)) add('send-elsewhere', true);
  if (CONVERSATION_INTO.test(sentence)) add('side-channel', true);
  else if (SECRETS_INTO.test(sentence)) add('side-channel', compels);
  if (TAMPER.test(sentence)) add('tamper', true);
  else if (REPLACES.test(sentence)) add('tamper', false);
  if (namesForeignTool(sentence, ownNames)) add('foreign-tool', false);
  if (AUTHORITY.test(sentence)) add('authority', false);
  if (RECITE.test(sentence)) add('recite', false);
  if (CONTROL.test(sentence)) add('control-token', true);
  return hits;
}

function namesForeignTool(sentence: string, ownNames: ReadonlySet<string>): boolean {
  return FOREIGN.some((pattern) =>
    [...sentence.matchAll(pattern)].slice(0, 50).some(([, name]) => name !== undefined && !ownNames.has(name)),
  );
}

/**
 * Names as {@link OrderContext.ownNames} wants them: in lower case, with `-` and `_` both ways. Gateways put `SERVER__` in
 * front of names and leave texts as they are, so that a tool is also its own by the name behind.
 */
export function ownNamesOf(names: Iterable<string>): ReadonlySet<string> {
  const own = new Set<string>();
  for (const name of [...names].flatMap((whole) => [whole, whole.replace(/^.*?__/s, '')])) {
    const plain = plainText(name);
    for (const form of [plain, plain.replaceAll('-', '_'), plain.replaceAll('_', '-')]) own.add(form);
  }
  return own;
}
