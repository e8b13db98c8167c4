import { sentencesOf } from './find-orders.ts';
import { plainText } from './plain-text.ts';
import { wordsOf } from '../kernel/tool-like.ts';

/** A sentence about a tool of another server. */
export interface CrossReference {
  /** Name of the tool, as it was found. */
  readonly name: string;
  /** `replaces`: changes, replaces or speaks against the other tool. `orders`: wants it used in some order. */
  readonly does: 'replaces' | 'orders';
  readonly excerpt: string;
}

const MAX_FOUND = 10;
const MAX_EXCERPT = 160;
const IDENTIFIER = /[a-z][\w-]{3,127}/g;

const REPLACES =
  /\b(?:overrid\w{1,3}|replac\w{1,4}|redirect\w{0,4}|ignore|never (?:use|call)|do not (?:use|call)|don't (?:use|call)|stop using|instead of|rather than|deprecated|disabled|compromised|insecure|unsafe|vulnerab\w{2,7}|has been (?:optimized|upgraded|updated|enhanced|changed)|is (?:present|installed|called|used)|(?:change|modify|set|alter) the|bcc|recipient|prefer this)\b/;
const ORDERS =
  /\b(?:must|always|first|before|after|mandatory|required|then|prior to|also)\b.{0,200}\b(?:call|use|invoke|run|execute)\w{0,3}\b|\b(?:call|use|invoke|run|execute)\b.{0,200}\b(?:first|before|after|always)\b/;

/**
 * Sentences of a text that order something about tools of other servers. `foreign` holds their names in lower case;
 * names that are ordinary words are not looked for, since they would be found in any text.
 */
export function findCrossReferences(
  text: string,
  own: ReadonlySet<string>,
  foreign: ReadonlySet<string>,
): readonly CrossReference[] {
  const found: CrossReference[] = [];
  for (const sentence of sentencesOf(plainText(text))) {
    const name = sentence.match(IDENTIFIER)?.find((word) => foreign.has(word) && !own.has(word));
    if (name === undefined) continue;
    const does = REPLACES.test(sentence) ? 'replaces' : ORDERS.test(sentence) ? 'orders' : undefined;
    if (does !== undefined) found.push({ name, does, excerpt: sentence.slice(0, MAX_EXCERPT) });
    if (found.length >= MAX_FOUND) break;
  }
  return found;
}

/** True for a name that stands for a tool wherever it is read: two words and more, as in `read_file`. */
export function isDistinctName(name: string): boolean {
  return name.length >= 6 && wordsOf(name).length >= 2;
}
