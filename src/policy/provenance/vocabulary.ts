/** Words that name nothing by themselves: a field that holds one of them does not single out a record. */
export const GENERIC: ReadonlySet<string> = new Set(
  `a an and are as at be been by can could did do does for from get give go has have he her here him his how i if in into is it its
  just let like make may me mine more most my need new no not now of off on one only or other our out over please put see she
  should show so some such take tell than that the their them then there these they this those to too two up us use want was we
  were what when where which who will with would yes you your true false null none all any both each every everybody everyone
  anybody nobody open opened closed close pending active inactive done sent send received read unread draft confirmed canceled
  cancelled running stopped passed failed ok new old high low medium small large big name title subject body text content note
  notes description summary message messages mail email e-mail emails file files document documents event events meeting meetings
  appointment calendar date day days week month year time today tomorrow yesterday monday tuesday wednesday thursday friday
  saturday sunday january february march april june july august september october november december price rating review reviews
  address phone number id user users customer contact contacts person people team group list task tasks item items order orders
  payment payments account accounts transaction transactions amount total status state type kind public private admin owner
  member members channel channels room rooms page website link url issue issues ticket tickets`.split(/\s+/),
);

/** Words after which a number is an id: `ticket 4711`, `event number 5`. */
export const ID_NOUNS: ReadonlySet<string> = new Set(
  `id ids number numbers no nr num ref reference ticket issue order case invoice account pr request bug task booking reservation
  event file document record row item entry message mail email transaction payment policy claim job build user customer contract
  product card device machine instance post comment note contact lead deal opportunity incident alert`.split(/\s+/),
);

/** What people call a permission, and what tools do. The first word is the family's name. */
export const PERMISSIONS: readonly (readonly string[])[] = [
  ['read', 'r', 'reader', 'reading', 'view', 'viewer', 'viewing', 'readonly', 'canview', 'canread'],
  ['comment', 'commenter', 'commenting', 'cancomment'],
  ['write', 'w', 'rw', 'writer', 'writing', 'edit', 'editor', 'editing', 'readwrite', 'canedit', 'contributor', 'push'],
  ['admin', 'administrator', 'owner', 'ownership', 'maintainer', 'full', 'manage', 'manager'],
];

/** Without one of these a request speaks of no permission: `write a mail` grants nobody write access. */
export const ACCESS: ReadonlySet<string> = new Set(
  `access permission permissions right rights role privilege privileges share shared sharing as editor viewer reader writer
  commenter`.split(/\s+/),
);

/** Words that follow an id rather than a count: `ticket 5 to Ann`, but `message 5 people`. */
export const AFTER_ID: ReadonlySet<string> = new Set(
  `and or of in on to from for with without is was has as at by if when that which who please then so because but after before
  into it the a an`.split(/\s+/),
);

/** Names of fields that tell one thing from another; a single word in any other field names no record. */
export const NAMING: ReadonlySet<string> = new Set(
  `name title subject label login username user handle slug file filename path key code reference ref payee payer company customer
  client contact vendor supplier merchant counterparty sender from author assignee owner headline caption nickname alias
  beneficiary id number email mail address product item sku task issue ticket order event hostname instance purpose reason memo
  iban`.split(/\s+/),
);

/** Fields that tell where something is or went. Whoever says `read the room planning` names the room, not what is in it. */
export const CONTAINERS: ReadonlySet<string> = new Set(
  `channel room folder directory list board project workspace repo repository team group recipient recipients to city country region
  location host topic thread inbox mailbox parent category tag`.split(/\s+/),
);

/** Words with which somebody says that a page or a link is meant. */
export const LINK_WORDS: ReadonlySet<string> = new Set(
  'link links linked url urls page pages webpage website site article articles blog survey form forms'.split(' '),
);

/** Words for people, as users of tools and users of language call them. */
export const PEOPLE: ReadonlySet<string> = new Set(
  'user member participant contact person people colleague employee attendee subscriber guest friend'.split(' '),
);

/** Fields by which a thing of a list can be taken when all of the list are meant. */
export const HANDLES: ReadonlySet<string> = new Set('id name email mail login username user handle'.split(' '));

/** Fields that hold what people write: a list of things with one of these is a thread, and each of its entries is somebody else's. */
export const WRITTEN: ReadonlySet<string> = new Set(
  'body text content message comment description note notes review reviews feedback summary answer reply'.split(' '),
);

/** What a request picks out of a list by comparing, with the words of the fields that it compares. */
export const SUPERLATIVES: readonly {
  readonly words: readonly string[];
  readonly most: 'max' | 'min';
  readonly fields: readonly string[];
}[] = [
  { words: ['largest', 'biggest'], most: 'max', fields: ['size', 'bytes', 'length', 'amount', 'total'] },
  { words: ['smallest'], most: 'min', fields: ['size', 'bytes', 'length', 'amount', 'total'] },
  {
    words: ['newest', 'latest', 'most recent'],
    most: 'max',
    fields: ['date', 'time', 'timestamp', 'created', 'modified', 'updated', 'at'],
  },
  {
    words: ['oldest', 'earliest'],
    most: 'min',
    fields: ['date', 'time', 'timestamp', 'created', 'modified', 'updated', 'at'],
  },
  { words: ['cheapest', 'least expensive'], most: 'min', fields: ['price', 'cost', 'fee', 'rate'] },
  { words: ['most expensive', 'priciest'], most: 'max', fields: ['price', 'cost', 'fee', 'rate'] },
  {
    words: ['best-rated', 'best rated', 'highest-rated', 'highest rated', 'top-rated', 'top rated'],
    most: 'max',
    fields: ['rating', 'score', 'stars'],
  },
];

/** Words of tool and argument names that say nothing of what kind of thing an id is of. */
export const NO_THING: ReadonlySet<string> = new Set(
  `get list search find read fetch show lookup look query all by in of for the a an my id ids number name names new old create add
  make update change edit modify set delete remove cancel close open send write post reply answer to from with on and or current
  day info information details detail data value values key type reschedule schedule assign append share move copy merge comment
  stop start restart resize run pay book reserve order`.split(/\s+/),
);
