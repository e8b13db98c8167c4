/**
 * True for paths that a `.gitignore` in the root leaves out. It knows names, folders, paths and one `*` in a name; of
 * anything else it ignores nothing, so that more is looked at rather than less. Its text is attacker-controlled.
 */
export function ignoredBy(text: string): (path: string) => boolean {
  const lines = text
    .split('\n')
    .slice(0, 2_000)
    .map((line) => line.trim());
  const isPlain = (line: string): boolean => line !== '' && !/^[#!]|\*\*|[?[\]\\]|\*.*\*/.test(line);
  // A line that takes something back would need Git's own rules.
  const rules = lines.filter(isPlain).map(ruleOf);
  const kept = lines.filter((line) => line.startsWith('!')).map((line) => line.replace(/^!\/?/, ''));
  return (path) => !kept.some((one) => path.endsWith(one)) && rules.some((rule) => rule(path));
}

function ruleOf(line: string): (path: string) => boolean {
  const bare = line.replace(/^\//, '').replace(/\/$/, '');
  if (line.replace(/\/$/, '').includes('/')) return (path) => path === bare || path.startsWith(`${bare}/`);
  const [before = '', after] = bare.split('*');
  const isName = (name: string): boolean =>
    after === undefined
      ? name === bare
      : name.length >= before.length + after.length && name.startsWith(before) && name.endsWith(after);
  return line.endsWith('/')
    ? (path) => path.split('/').slice(0, -1).some(isName)
    : (path) => path.split('/').some(isName);
}
