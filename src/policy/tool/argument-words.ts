import { wordSet } from '../../kernel/tool-words.ts';
import type { Argument } from './argument.ts';

/** What is said rather than done: nobody is harmed by it who would not be by another recipient. */
export const contentWords = wordSet(
  'body text content message title subject description query note comment summary caption html markdown reason detail prompt question answer memo footer header instruction keyword search greeting signature language locale lang format type category color colour status state priority label tag emoji reaction unit timezone zone encoding mode style theme sort offset page cursor limit direction gender nationality cuisine preference data code snippet review feedback rating request',
);

const URL_HEADS = wordSet('url uri href endpoint webhook callback link permalink');
const URL_SAID =
  /^(?:(?:the|an?|full|target|base|public|remote|http|https|absolute|valid) )*(?:url|uri|web address|http endpoint)s?\b/;

/** True for an argument that takes an address to connect to. */
export function isUrl({ head, said, formats, isFree }: Argument): boolean {
  if (!isFree) return false;
  const formatted = [...formats].some((format) => /^(?:uri|url|iri|uri-reference|iri-reference)$/.test(format));
  return formatted || URL_HEADS.has(head) || URL_SAID.test(said);
}

const HOSTS = wordSet('host hostname domain ip website site homepage fqdn feed');

/** True for an argument that names a machine or site; whether something is sent there, the tool has to say. */
export function isHost({ head, isFree }: Argument): boolean {
  return isFree && HOSTS.has(head);
}

const PATHS = wordSet('path filepath filename dir directory cwd workdir pathname');
const MAYBE_PATHS = wordSet(
  'file folder source destination root src dest dst output input target workspace attachment location',
);
const NO_PATHS = wordSet('xpath json jsonpath css dot key api url route endpoint http object property field class');
const ABOUT_FILES = /\b(?:files?|director(?:y|ies)|paths?|disk|file ?system)\b/;
const PATH_SAID =
  /\b(?:file|folder|directory|absolute|relative|local) (?:path|name)\b|\bpath (?:to|of|where)\b|\bfilename\b/;

/** True for an argument that takes a place in a file system. */
export function isPath({ head, words, said, isFree, isObject }: Argument): boolean {
  if (!isFree || isObject || words.some((word) => NO_PATHS.has(word))) return false;
  return PATHS.has(head) || (MAYBE_PATHS.has(head) && ABOUT_FILES.test(said)) || PATH_SAID.test(said.slice(0, 80));
}

/** True for one that takes one if the tool speaks of files. */
export function mayBePath({ head, words, isFree, isObject }: Argument): boolean {
  return isFree && !isObject && MAYBE_PATHS.has(head) && !words.some((word) => NO_PATHS.has(word));
}

const RECIPIENTS = wordSet(
  'recipient addressee attendee participant invitee payee beneficiary receiver cc bcc assignee reviewer destinatary notify subscriber collaborator audience',
);
const NOT_TO = wordSet(
  'date time line currency unit timezone zone language lang status state version position index format message comment node station airport city day page branch base table',
);
const RECIPIENT_SAID =
  /\b(?:recipients?|addressees?|attendees?|invitees?|payees?|beneficiar(?:y|ies)|receivers?|send (?:it |this |the \w+ )?to|share (?:it |this |the \w+ )?with|notify)\b/;

/** True for an argument that says who gets something. */
export function isRecipient(argument: Argument): boolean {
  const { head, words, said, formats, isFree, isPaired } = argument;
  if (!isFree || isContent(argument)) return false;
  if (words.some((word) => RECIPIENTS.has(word))) return true;
  const isTo =
    !(isPaired && words.length === 1) &&
    (words[0] === 'to' || words.at(-1) === 'to') &&
    !words.some((word) => NOT_TO.has(word));
  const isWith = words.at(-1) === 'with' && words.includes('share');
  return isTo || isWith || (RECIPIENT_SAID.test(said) && (formats.has('email') || ADDRESSES.has(head)));
}

const ADDRESSES = wordSet(
  'email mail address phone mobile number channel chat user username account iban wallet contact group team person handle member destination id name',
);
const PARTIES = wordSet(
  'email mail phone mobile channel chat conversation room thread user username account iban bic swift wallet contact group team person people handle member guest follower friend customer client address destination tenant audience workspace bot device',
);
const OWN = wordSet('from sender source own my by author current origin owner debit payer');
const RECORDS = wordSet('email mail message');

/** True for an argument that says so in a tool that sends, pays or lets somebody in. */
export function mayBeRecipient(argument: Argument): boolean {
  const { head, words, formats, isFree, isNumber } = argument;
  if (!(isFree || (isNumber && head === 'id')) || isContent(argument)) return false;
  // `email_id` is a mail, `user_id` a user.
  if (head === 'id' && words.some((word) => RECORDS.has(word))) return false;
  return formats.has('email') || words.some((word) => PARTIES.has(word) || word === 'to') || isRecipient(argument);
}

/** True for one that says who or what it comes from. */
export function isOrigin({ words }: Argument): boolean {
  return words.some((word) => OWN.has(word));
}

/** True for an argument whose new value is a way to reach somebody from then on. */
export function isAddress({ head, formats, isFree }: Argument): boolean {
  return isFree && (formats.has('email') || /^(?:email|mail|phone|mobile|address|iban|wallet)$/.test(head));
}

const SENDS = wordSet('notify notification webhook callback forward send deliver share');

/** True for an argument that makes even a reading tool send something: `notify_email`, `send_results_to`. */
export function sendsAlong(argument: Argument): boolean {
  const { words, head } = argument;
  const named = words.some((word) => SENDS.has(word));
  return (
    argument.isFree &&
    named &&
    (words.length === 1 || isRecipient(argument) || ADDRESSES.has(head) || head === 'to' || head === 'with')
  );
}

const PLACES = wordSet('address street zip zipcode postal postcode city state province country region county');

/** True for a part of a postal address. */
export function isPostal({ head, words, isFree }: Argument): boolean {
  return isFree && (PLACES.has(head) || (head === 'code' && words.some((word) => PLACES.has(word))));
}

const PERMISSIONS = wordSet(
  'permission role visibility privilege acl admin public private access sharing shared entitlement',
);
const PERMISSION_HEADS = wordSet('scope policy grant right');
const SECRET_HEADS = wordSet('password passphrase passcode pin secret token credential otp pwd apikey');

/** True for an argument that says what somebody may do from then on. */
export function isPermission({ head, words }: Argument): boolean {
  if (SECRET_HEADS.has(head) || head === 'key' || head === 'url') return false;
  return PERMISSION_HEADS.has(head) || words.some((word) => PERMISSIONS.has(word));
}

/** True for a password or another secret. */
export function isSecret({ head, words }: Argument): boolean {
  return (
    SECRET_HEADS.has(head) || (head === 'key' && words.some((word) => /^(?:api|secret|private|access|ssh)$/.test(word)))
  );
}

const TIMES = wordSet(
  'date datetime time timestamp day deadline due expire expiry expiration when until checkin checkout cron schedule scheduled recurrence rrule month hour weekday birthday dob',
);
const MAYBE_TIMES = wordSet('start end since begin from to at before after in period duration slot');
const TIME_SAID = /\b(?:dates?|times?|timestamp|iso ?8601|iso format|yyyy|days?|rfc ?3339|unix)\b/;
const NO_TIMES = wordSet('timezone zone timeout format');

/** True for an argument that says when. */
export function isTime({ head, words, said, formats, isClosed }: Argument): boolean {
  if (isClosed || words.some((word) => NO_TIMES.has(word))) return false;
  if (formats.has('date') || formats.has('date-time') || formats.has('time')) return true;
  if (words.length > 1 && /^(?:at|on)$/.test(words.at(-1) ?? '')) return true;
  if (words.some((word) => TIMES.has(word)) && !/^(?:id|count|name)$/.test(head)) return true;
  return words.some((word) => MAYBE_TIMES.has(word)) && TIME_SAID.test(said);
}

const AMOUNTS = wordSet('amount price quantity qty cost fee salary budget discount credit replica');
const TRADED = wordSet(
  'total sum tip percent percentage rate unit share stake bid value count night guest passenger adult child kid seat copy currency size limit weight baggage luggage people person party room ticket duration hour',
);

/** True for an argument that says how much. */
export function isAmount({ head, words, isNumber, isClosed }: Argument, isTrade: boolean): boolean {
  if (AMOUNTS.has(head) || words.includes('amount')) return true;
  if (!isTrade) return false;
  return (
    head === 'currency' ||
    (isNumber && !isId(head)) ||
    (!isClosed && /^(?:total|sum|tip|percentage|percent|stake|bid)$/.test(head)) ||
    (isNumber && TRADED.has(head))
  );
}

const IDS = wordSet(
  'id uuid guid code key slug sku isbn number ref reference identifier arn sha commit hash selector element pk upc barcode imei vin',
);

/** True for an argument that is said rather than done. */
export function isContent({ head, words }: Argument): boolean {
  // `confirmation_code` names something, `source_code` does not.
  if (head === 'code' && words.length > 1)
    return words.some((word) => contentWords.has(word) && word !== 'code') || words.includes('source');
  return contentWords.has(head);
}

/** True for a word that names one of many by a number or code. */
export function isId(head: string): boolean {
  return IDS.has(head);
}

const THINGS = wordSet(
  'attachment branch repo repository org organization organisation project database db table collection bucket queue topic instance cluster namespace pod service deployment environment server vm container volume image package module dependency app application workflow pipeline job board sprint document doc sheet spreadsheet worksheet folder file calendar event record row column cell product item hotel restaurant flight room seat car company vendor merchant store symbol ticker asset coin plan subscription device node region entity model dataset index variable template campaign segment playlist track song album channel chat user account member customer contact issue ticket task pr owner username login schema view function lambda stack resource target filter where criteria condition match old head base range formula service_account pattern',
);

/** True for a word that names an existing thing. */
export function isThing(head: string): boolean {
  return THINGS.has(head);
}
