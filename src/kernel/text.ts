/** A language that Merlon reports in. */
export type Language = 'en' | 'zh';

/** The languages, the first one the default. */
export const languages: readonly Language[] = ['en', 'zh'];

/** One statement in every language. */
export type Text = Readonly<Record<Language, string>>;

/** The same statement in all languages, such as a name or a number. */
export function same(text: string): Text {
  return { en: text, zh: text };
}
