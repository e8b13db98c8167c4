import type { Grade } from '../scan-result.ts';

/** The caps that decide about a letter: the strictest. Milder ones change nothing. */
export function bindingCaps({ caps }: Grade): Grade['caps'] {
  const worst = caps.reduce<string>((one, { letter }) => (letter > one ? letter : one), 'A');
  return caps.filter(({ letter }) => letter === worst);
}
