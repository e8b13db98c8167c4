/** A kind of deed: verbs that tools are named after, words with which people ask for it, things that are made by it. */
export interface DeedWords {
  /** Verbs in names of tools: `send_email`, `whisper`. */
  readonly tools: ReadonlySet<string>;
  /** Things in names of tools that stand for the deed whatever the verb is: `make_payment`. */
  readonly things: ReadonlySet<string>;
  /** Verbs, in their basic form, with which somebody asks for it. */
  readonly asked: ReadonlySet<string>;
  /** Things that somebody asks for: `a reservation`, `an email to Ann`. */
  readonly wanted: ReadonlySet<string>;
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(/\s+/).filter((word) => word !== ''));
}

function deed(tools: string, things: string, asked: string, wanted = ''): DeedWords {
  return { tools: words(tools), things: words(things), asked: words(`${tools} ${asked}`), wanted: words(wanted) };
}

/** Everyday vocabulary, not that of any collection of tools. A tool may belong to several. */
export const DEEDS: readonly DeedWords[] = [
  deed(
    'send mail email message text dm whisper reply respond answer tell notify inform forward post publish announce broadcast tweet comment alert ping submit write compose deliver dispatch',
    'email mail message comment reply post tweet notification announcement sms',
    'e-mail share say ask wish greet thank contact congratulate apologize apologise warn remind write let put leave drop pass give',
    'email e-mail mail message note reply answer comment post text dm announcement reminder invitation',
  ),
  deed(
    'share invite grant permit authorize authorise allow give',
    'member collaborator participant attendee guest invitation access permission role user members collaborators participants attendees guests users',
    'add include bring enable onboard assign welcome',
    'invitation access',
  ),
  deed(
    'create add make insert new save store register compose draft upload log record generate schedule build provision write put copy',
    '',
    'set plan arrange organize organise open start block enter note remind prepare append include produce book attach fill raise file keep',
    'event reminder file document note entry ticket issue meeting appointment copy list draft folder page report',
  ),
  deed('append insert attach', '', 'add put include write extend fill complete list note copy enter record update'),
  deed(
    'update change edit modify set reset adjust rename replace correct configure patch resize scale switch alter rewrite',
    '',
    'fix raise lower increase decrease extend reduce grow shrink make turn put move correct bump double halve limit mark amend refresh add assign label tag upgrade downgrade',
    'password address name plan',
  ),
  deed('reschedule move postpone shift delay', '', 'change push bring put set update'),
  deed(
    'delete remove cancel drop erase clear wipe purge destroy revoke discard trash kick terminate ban uninstall uninvite unshare void',
    '',
    'end stop rid throw quit unsubscribe undo withdraw take call dump clean',
    'cancellation',
  ),
  deed('end', '', 'cancel stop quit terminate finish'),
  deed('close resolve archive finish complete mark', '', 'end settle done shut'),
  deed('open reopen', '', 'reactivate create file start'),
  deed('assign reassign delegate', '', 'give hand pass let make put'),
  deed('merge approve accept confirm', '', 'land take ship say'),
  deed('reject decline deny', '', 'refuse say turn'),
  deed(
    'pay transfer refund reimburse wire donate settle purchase buy deposit withdraw remit charge invest trade tip',
    'payment transfer transaction refund payout invoice deposit donation purchase money',
    'send give return repay move compensate schedule credit forward split cover pay',
    'payment transfer refund transaction donation deposit',
  ),
  deed(
    'book reserve order rent hire buy purchase rebook',
    'booking reservation appointment order rental',
    'get schedule take arrange organize organise make need',
    'reservation booking table room appointment order ticket',
  ),
  deed(
    'run execute launch deploy trigger invoke start compile install build eval evaluate exec spawn call',
    'command script code',
    'do perform use try type calculate compute check test',
  ),
  deed(
    'stop halt pause suspend kill disable shutdown shut deactivate block freeze lock',
    '',
    'turn switch end terminate freeze lock',
  ),
  deed('start restart reboot resume enable activate boot launch', '', 'turn switch bring'),
  deed('fetch open browse visit download navigate crawl', '', 'read look get go check show summarize summarise'),
];

/** What somebody is asked to do with an answer; followed by one of {@link ONESELF}, nothing goes to anybody else. */
export const TELLING: ReadonlySet<string> = words(
  'tell send give show let get bring find read pass hand write forward share post explain help',
);
/** Before one of these, `tell`, `send`, `show` ask for an answer, not for a message to anybody. */
export const ONESELF: ReadonlySet<string> = words('me us myself ourselves');
/** After one of these a word is a thing, not a verb: `the post`, `my order`, `in mail`. */
export const BEFORE_THINGS: ReadonlySet<string> = words(
  'the a an my our your his her its their this that these those any all each every some no of in from by via per with about for unread last recent latest first next new old',
);
/** Before `an email` these say that there is one already: `in an email from Ann`. */
export const BEFORE_FOUND: ReadonlySet<string> = words(
  'in from of by on about per into inside within through is was got received have had',
);
export const ARTICLES: ReadonlySet<string> = words('a an another one new');
export const NEGATIONS: ReadonlySet<string> = words("not don't dont never without cannot can't won't");

/** Things that go by several names. What a tool makes has to be asked for by one of them. */
export const THINGS: readonly ReadonlySet<string>[] = [
  words(
    'event calendar meeting appointment reminder remind call lunch dinner breakfast invite invitation date session slot schedule agenda visit party',
  ),
  words('email mail e-mail message inbox letter note tell inform notify reply write send answer text'),
  words('file document doc docs note notes sheet spreadsheet folder list page report draft'),
  words('issue ticket bug task todo case request card story'),
  words('user account person profile contact customer member colleague'),
];
