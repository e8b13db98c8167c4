/** A calendar day; without a year it stands for that day of any year. */
export interface Day {
  readonly year?: number;
  /** 1 to 12. */
  readonly month: number;
  /** 1 to 31. */
  readonly day: number;
  /** Offset in the text that it was read from. */
  readonly at?: number;
}

/** What a text says about time. */
export interface When {
  readonly days: readonly Day[];
  /** Minutes since midnight. */
  readonly times: readonly number[];
  /** Lengths of time in minutes: `one hour`, `4 nights`. */
  readonly spans: readonly number[];
  /** True for `today`, `next week`, `on Monday`: a day is meant, and which one depends on when it is said. */
  readonly relative: boolean;
  /** Where in the text these stand, as offsets, so that their numbers count as nothing else. */
  readonly places: readonly (readonly [number, number])[];
}

const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const MONTH =
  '(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\\b\\.?';
const DAY = '(\\d{1,2})(?:st|nd|rd|th)?\\b';
// `12:00` is no year, `2024` is.
const YEAR = '(?:,? (\\d{4})\\b(?!:))?';
const TO = ' ?(?:-|–|to|till|until|through|and|&)(?: the)? ?';

const ISO = /\b(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)/g;
const DOTTED = /\b(\d{1,2})\.(\d{1,2})\.(\d{4})?(?!\d)/g;
const SLASHED = /\b(\d{1,2})\/(\d{1,2})\/(\d{4}|\d{2})\b/g;
const MONTH_FIRST = new RegExp(`\\b${MONTH} (?:the )?${DAY}(?:${TO}${DAY}(?! ${MONTH}))?${YEAR}`, 'g');
const DAY_FIRST = new RegExp(`\\b${DAY}(?: of)?(?: ${MONTH})?${YEAR}${TO}${DAY}(?: of)? ${MONTH}${YEAR}`, 'g');
const DAY_ALONE = new RegExp(`\\b${DAY}(?: of)? ${MONTH}${YEAR}`, 'g');
const CLOCK = /(?<![\d:])(\d{1,2}):(\d{2})(?::\d{2}(?:\.\d{1,9})?)?(?: ?([ap])\.?m\b)?/g;
const HOUR = /(?<![\d:.])(\d{1,2}) ?(?:([ap])\.?m\b|o'clock\b)/g;
const SPAN =
  /\b(\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|half an)[ -](minute|min|hour|day|night|week)s?\b/g;
const RELATIVE =
  /\b(?:today|tonight|tomorrow|yesterday|(?:next|this|coming|last) (?:week|weekend|month|year)|(?:mon|tues|wednes|thurs|fri|satur|sun)days?|weekend)\b/;

const WORD_NUMBERS = 'zero one two three four five six seven eight nine ten'.split(' ');
const MINUTES: Readonly<Record<string, number>> = { minute: 1, min: 1, hour: 60, day: 1440, night: 1440, week: 10_080 };

/** Reads the days and times of a text. Its time is linear in the length; what it cannot read it leaves out. */
export function whenOf(text: string): When {
  const found = { days: [] as Day[], times: [] as number[], spans: [] as number[], places: [] as [number, number][] };
  // White space of any length is one space for the patterns, without moving what comes after it.
  const plain = text
    .toLowerCase()
    .replaceAll(/[\u00a0\n\t]/g, ' ')
    .replaceAll('’', "'");
  if (plain.length !== text.length) return { ...found, relative: true };
  addDays(plain, found);
  addTimes(plain, found);
  return { ...found, relative: RELATIVE.test(plain) };
}

interface Found {
  readonly days: Day[];
  readonly times: number[];
  readonly spans: number[];
  readonly places: [number, number][];
}

function addDays(text: string, found: Found): void {
  const add = (match: RegExpExecArray, ...days: (Day | undefined)[]): void => {
    const real = days.filter((day) => day !== undefined);
    for (const day of real) found.days.push({ ...day, at: match.index });
    if (real.length > 0) found.places.push([match.index, match.index + match[0].length]);
  };
  for (const match of text.matchAll(ISO)) add(match, dayOf(match[2], match[3], match[1]));
  for (const match of text.matchAll(DOTTED)) add(match, dayOf(match[2], match[1], match[3]));
  // Nobody knows which of the two comes first, so both readings count.
  for (const match of text.matchAll(SLASHED)) {
    const year = match[3]?.length === 2 ? `20${match[3]}` : match[3];
    add(match, dayOf(match[1], match[2], year), dayOf(match[2], match[1], year));
  }
  for (const match of text.matchAll(MONTH_FIRST)) {
    const month = monthOf(match[1]);
    add(match, dayOf(month, match[2], match[5]), dayOf(month, match[3], match[5]));
  }
  for (const match of text.matchAll(DAY_FIRST)) {
    const last = monthOf(match[5]);
    add(match, dayOf(monthOf(match[2]) ?? last, match[1], match[3] ?? match[6]), dayOf(last, match[4], match[6]));
  }
  for (const match of text.matchAll(DAY_ALONE)) add(match, dayOf(monthOf(match[2]), match[1], match[3]));
}

function monthOf(name: string | undefined): string | undefined {
  return name === undefined ? undefined : String(MONTHS.indexOf(name.slice(0, 3)) + 1);
}

function dayOf(month: string | undefined, day: string | undefined, year: string | undefined): Day | undefined {
  const [m, d] = [Number(month), Number(day)];
  if (!(m >= 1 && m <= 12 && d >= 1 && d <= 31)) return undefined;
  return year === undefined ? { month: m, day: d } : { year: Number(year), month: m, day: d };
}

function addTimes(text: string, found: Found): void {
  for (const match of text.matchAll(CLOCK)) addTime(found, match, Number(match[2]), match[3]);
  for (const match of text.matchAll(HOUR)) addTime(found, match, 0, match[2]);
  for (const match of text.matchAll(SPAN)) {
    const [all, count = '', unit = ''] = match;
    const number = count === 'half an' ? 0.5 : /^an?$/.test(count) ? 1 : numberOf(count);
    found.spans.push(number * (MINUTES[unit] ?? 0));
    found.places.push([match.index, match.index + all.length]);
  }
}

function numberOf(word: string): number {
  const index = WORD_NUMBERS.indexOf(word);
  return index < 0 ? Number(word) : index;
}

function addTime(found: Found, match: RegExpExecArray, minutes: number, half: string | undefined): void {
  const hour = Number(match[1]);
  if (hour > 24 || minutes > 59) return;
  found.times.push((half === undefined ? hour : (hour % 12) + (half === 'p' ? 12 : 0)) * 60 + minutes);
  found.places.push([match.index, match.index + match[0].length]);
}

/** True when both can mean the same day: a year counts where both give one. */
export function isSameDay(one: Day, other: Day): boolean {
  const isSameYear = one.year === undefined || other.year === undefined || one.year === other.year;
  return isSameYear && one.month === other.month && one.day === other.day;
}

/** The day so many minutes later; a day without a year is taken in one that is no leap year. */
export function later(day: Day, minutes: number): Day {
  const date = new Date(Date.UTC(day.year ?? 2001, day.month - 1, day.day) + minutes * 60_000);
  const moved = { month: date.getUTCMonth() + 1, day: date.getUTCDate() };
  return day.year === undefined ? moved : { year: date.getUTCFullYear(), ...moved };
}
