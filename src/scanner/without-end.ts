/**
 * A text without all of these characters at its end. For text that a target chose: a pattern such as `\/+$` takes time by
 * the square of its length.
 */
export function withoutEnd(text: string, characters: string): string {
  let end = text.length;
  while (end > 0 && characters.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}
