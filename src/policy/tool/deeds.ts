import { readVerbs, runVerbs, sendVerbs, wordSet, writeVerbs } from '../../kernel/tool-words.ts';
import type { Effect } from './tool-profile.ts';

/**
 * What a verb does, finer than effects: it decides which arguments are sinks. `make`: a new thing; `change`: an existing
 * one; `remove`: it is gone, or out of force; `give`: lets somebody in (share, invite); `order`: books or buys.
 */
export type Deed = 'read' | 'make' | 'change' | 'remove' | 'send' | 'give' | 'pay' | 'order' | 'run';

/** What each deed can do to the world. What was sent is there from then on, so sending changes something as well. */
export const effectsOfDeed: Readonly<Record<Deed, readonly Effect[]>> = {
  read: ['read'],
  make: ['write'],
  change: ['write'],
  remove: ['write'],
  send: ['write', 'egress'],
  give: ['write', 'egress'],
  pay: ['write', 'egress'],
  order: ['write'],
  run: ['write', 'execute'],
};

const READ = [
  ...readVerbs,
  ...wordSet(
    'verify compare preview monitor watch calculate compute convert estimate summarize summarise translate analyze analyse validate parse explain tell see ls cat grep find glob stat diff head tail detect classify recommend suggest rank sort filter resolve ask generate render think echo hover wait sleep ping whoami measure predict ocr peek poll display determine obtain learn discover identify format lint simulate decode encode hash transcribe screenshot collect pull inspect audit test lookup profile whois traceroute nslookup dig tree query aggregate review',
  ),
];
const MAKE = wordSet(
  'create add insert new make set write save store append import clone fork copy duplicate register compose log record provision remember memorize init initialize commit attach upload define build put draft schedule push take mkdir touch track request apply fill unzip zip compress decompress type propose issue open_new note',
);
const CHANGE = wordSet(
  'update edit modify set patch move rename replace restore assign unassign merge reset enable disable rotate scale mark complete finish resolve archive unarchive close reopen lock unlock pin unpin star unstar tag untag label unlabel link unlink detach configure adjust change switch toggle reschedule postpone confirm accept decline approve reject rate vote react like unlike follow unfollow mute unmute block unblock join leave subscribe unsubscribe upsert sync activate deactivate suspend resume pause transition promote demote checkout rebase revert rollback mount press click drag swipe tap start stop restart reboot shutdown control manage enroll unenroll escalate acknowledge snooze dismiss flag migrate alter fix split extend renew turn stage unstage claim login logout authenticate',
);
const REMOVE = wordSet(
  'delete remove drop clear purge destroy erase wipe truncate revoke cancel uninstall kill terminate unpublish discard trash expunge prune evict ban kick expire void rm rmdir unshare overwrite forget deregister reset',
);
const SEND = [
  ...sendVerbs,
  ...wordSet('alert mail text sms call dial dm toot announce respond answer emit webhook transmit deliver relay page'),
];
const GIVE = wordSet('share invite grant permit authorize authorise delegate expose');
const PAY = wordSet(
  'pay transfer purchase buy refund charge withdraw deposit donate tip trade sell wire remit invoice bid stake swap topup recharge settle disburse reimburse redeem repay invest borrow lend',
);
const ORDER = wordSet('book reserve rent order hire rebook return exchange');
const RUN = [...runVerbs, ...wordSet('trigger invoke launch deploy install compile script automate')];

const lists: readonly (readonly [Deed, Iterable<string>])[] = [
  ['read', READ],
  ['make', MAKE],
  ['change', CHANGE],
  ['remove', REMOVE],
  ['send', SEND],
  ['give', GIVE],
  ['pay', PAY],
  ['order', ORDER],
  ['run', RUN],
];

/** Verbs, in their basic form, to what they do. Some do several things. */
export const deedsOfVerb: ReadonlyMap<string, readonly Deed[]> = verbsWithDeeds();

function verbsWithDeeds(): ReadonlyMap<string, readonly Deed[]> {
  const found = new Map<string, Deed[]>();
  for (const [deed, verbs] of lists) for (const verb of verbs) found.set(verb, [...(found.get(verb) ?? []), deed]);
  // What the scanner counts as writing and no list above has.
  for (const verb of writeVerbs) if (!found.has(verb)) found.set(verb, ['change']);
  return found;
}

/**
 * Verbs that are nouns or adjectives as often: `post_message` posts, `get_post` and `email_search` do not. They count
 * at the beginning, or where nothing else in a name is a verb.
 */
export const alsoNouns = wordSet(
  'email message post comment tweet reply text mail call page sms dm share invite book order rent record log draft note schedule track tag label link star vote rate flag watch query search view count load scan screenshot snapshot test audit return exchange trade transfer charge refund deposit tip bid stake swap wire invoice alert answer webhook script shell bash terminal format open close filter sort head tail hash type pin block lock commit fork push pull copy store stage press control start stop request display set put switch fix split change update release export import upload download move purchase run build list touch take monitor preview check compare tap drag like issue profile tree new rank match complete archive review',
);

/** Things that are done something with by being made: making a payment pays, adding a member lets somebody in. */
export const deedsOfThing: ReadonlyMap<string, readonly Deed[]> = new Map<string, readonly Deed[]>([
  ...each('payment transfer payout charge refund invoice withdrawal deposit donation transaction trade bet bid', [
    'pay',
  ]),
  ...each('purchase checkout subscription', ['pay', 'order']),
  ...each('order booking reservation appointment rental', ['order']),
  ...each(
    'comment reply post tweet message email notification mail sms announcement review call webhook issue gist paste discussion',
    ['send'],
  ),
  ...each('member collaborator participant attendee guest invitee invitation invite subscriber follower', ['give']),
  ...each('request', ['send']),
]);

/** Things that say who may do what. */
export const permissionThings = wordSet(
  'permission permissions role roles access acl acls privilege privileges policy policies visibility scope scopes sharing grant grants owner ownership admin admins collaborator collaborators member members invitation',
);

function each(things: string, deeds: readonly Deed[]): (readonly [string, readonly Deed[]])[] {
  return things.split(' ').flatMap((thing) => [
    [thing, deeds],
    [thing.endsWith('y') ? `${thing.slice(0, -1)}ies` : `${thing}s`, deeds],
  ]);
}

/** Verbs that change what follows, and with it what it does: another amount is another payment. */
export const changingVerbs = wordSet('update modify change edit amend reschedule');

/** Verbs that make or bring about whatever follows. */
export const makingVerbs = wordSet(
  'create add make place submit process initiate perform issue schedule new insert register execute open start complete write leave put confirm request do give',
);

const inflected: ReadonlyMap<string, string> = inflections();

/** The basic form of a verb in the present (`sends`, `send`); undefined for what is no verb known here. */
export function verbOf(word: string): string | undefined {
  return inflected.get(word);
}

function inflections(): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const verb of deedsOfVerb.keys()) {
    found.set(verb, verb);
    for (const form of [thirdPerson(verb), gerund(verb)]) if (!deedsOfVerb.has(form)) found.set(form, verb);
  }
  return found;
}

function thirdPerson(verb: string): string {
  if (/[^aeiou]y$/.test(verb)) return `${verb.slice(0, -1)}ies`;
  return /(?:s|x|z|ch|sh)$/.test(verb) ? `${verb}es` : `${verb}s`;
}

function gerund(verb: string): string {
  if (/[^aeiou]e$|ue$/.test(verb)) return `${verb.slice(0, -1)}ing`;
  return /^[^aeiou]*[aeiou][^aeiouwxy]$/.test(verb) ? `${verb}${verb.slice(-1)}ing` : `${verb}ing`;
}
