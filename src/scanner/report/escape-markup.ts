const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * Text as content or quoted attribute of XML 1.0 and HTML. What neither can hold, or should not (control characters,
 * unpaired surrogates, what is no character at all), is replaced by U+FFFD.
 */
export function escapeMarkup(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[&<>"']/g, (char) => ENTITIES[char] ?? char)
    .replaceAll(/(?![\t\n\r])\p{Cc}|\p{Noncharacter_Code_Point}/gu, '\ufffd');
}

/** Text as content of HTML, where what stands between back-ticks is code. */
export function proseMarkup(text: string): string {
  return escapeMarkup(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>');
}
