import { wordsOf } from '../../kernel/tool-like.ts';
import { isMessage } from './first-names.ts';
import { type Field, isProse, type Record } from './records.ts';
import { type Request, sentenceOf } from './request.ts';
import { runAt, type Token, tokensOf } from './tokens.ts';
import { singular } from './things.ts';

/** How many things `each of them` may stand for. */
const MAX_CHOSEN = 20;

/**
 * What the things are called that a request means by `each of them`, `all of them` or `both of them`: those of a list that was
 * chosen by nothing but words of the same sentence, or of the one before it, and that have those words themselves.
 * Never what somebody wrote or sent: whoever does so chooses the words in it.
 *
 * @param texts All texts that the tool was called with
 * @param lists The lists of one result; where several have names for things, nobody knows which one is meant
 * @param things What the tool's name says that it is about
 */
export function chosenMeant(
  request: Request,
  texts: readonly string[],
  lists: readonly (readonly Record[])[],
  things: readonly string[],
): readonly Field[] {
  const meant = themIn(request);
  if (meant.length === 0 || texts.length === 0) return [];
  const chosen = texts.map((text) => tokensOf(text, 50).map(inSingular));
  const areSaid = meant.filter(({ sentence }) => chosen.every((words) => isSaidBy(request, words, sentence)));
  const isOwn = (field: Field): boolean => isHandle(field, things);
  const named = lists.filter((records) => records.some(({ own }) => own.some(isOwn)));
  const [records = []] = named;
  if (areSaid.length === 0 || named.length !== 1 || records.length > MAX_CHOSEN || records.some(isMessage)) return [];
  if (!areSaid.some(({ isPair }) => !isPair || records.length === 2)) return [];
  const isChosen = ({ own }: Record): boolean =>
    chosen.every((words) => own.some(({ text }) => !isProse(text) && runAt(wordsIn(text), words) >= 0));
  // One that does not fit was put there by something else, and then nobody knows how many `they` are.
  if (!records.every(isChosen)) return [];
  return records.flatMap(({ own }) => own.filter(isOwn));
}

interface Them {
  readonly sentence: number;
  readonly isPair: boolean;
}

function themIn(request: Request): readonly Them[] {
  const { tokens } = request;
  return tokens.flatMap((token, index) => {
    const isIt = /^(?:each|all|both|one)$/.test(token.text) && !token.breaks;
    const [of, them] = [tokens[index + 1], tokens[index + 2]];
    if (!isIt || of?.text !== 'of' || of.breaks || them?.text !== 'them') return [];
    if (token.text === 'one' && tokens[index - 1]?.text !== 'every') return [];
    return [{ sentence: sentenceOf(request, token.at), isPair: token.text === 'both' }];
  });
}

function isSaidBy(request: Request, words: readonly Token[], sentence: number): boolean {
  if (!words.some(({ text }) => text.length > 2)) return false;
  for (let at = runAt(request.singular, words); at >= 0; at = runAt(request.singular, words, at + 1)) {
    const said = sentenceOf(request, request.singular[at]?.at ?? 0);
    if (said === sentence || said === sentence - 1) return true;
  }
  return false;
}

/** `id`, `worker_id` of a tool that finds workers; a `boss_id` is somebody else's. */
function isHandle({ key, text }: Field, things: readonly string[]): boolean {
  return !isProse(text) && wordsOf(key).every((word) => OWN.has(word) || things.includes(singular(word)));
}

const OWN: ReadonlySet<string> = new Set(['id', 'name', 'email', 'mail', 'login', 'username', 'handle']);

function wordsIn(text: string): readonly Token[] {
  return tokensOf(text, 50).map(inSingular);
}

function inSingular(token: Token): Token {
  return { ...token, text: singular(token.text) };
}
