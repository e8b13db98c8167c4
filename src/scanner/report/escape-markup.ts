const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * Text as content or quoted attribute of XML 1.0 and HTML. What XML cannot hold at all (control characters, unpaired
 * surrogates, U+FFFE and U+FFFF) is replaced by U+FFFD.
 */
export function escapeMarkup(text: string): string {
  return (
    text
      .toWellFormed()
      .replaceAll(/[&<>"']/g, (char) => ENTITIES[char] ?? char)
      // oxlint-disable-next-line no-control-regex -- exactly these are meant
      .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
  );
}
