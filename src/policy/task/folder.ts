/** An absolute folder without a slash at its end; undefined for what is not written as it is meant (`..`, `//`, relative). */
export function normalFolder(text: string): string | undefined {
  if (text === '/') return text;
  const steps = text.replace(/\/$/, '').split('/').slice(1);
  if (!text.startsWith('/') || steps.some((step) => step === '' || step === '.' || step === '..')) return undefined;
  return `/${steps.join('/')}`;
}

/** True where a folder is another one or lies under it; both as {@link normalFolder} gives them. */
export function isUnder(folder: string, outer: string): boolean {
  return outer === '/' || folder === outer || folder.startsWith(`${outer}/`);
}
