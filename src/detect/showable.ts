import { createMask } from './mask.ts';

const shapes = createMask({ secrets: [] });

/** A text from elsewhere as it may be shown: no known form of secret, and nothing that a terminal would obey. */
export function showable(text: string): string {
  return shapes
    .text(text)
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (char) =>
      char === '\t' ? char : `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
    );
}
