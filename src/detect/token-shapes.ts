/** How well-known credentials begin, with enough behind to be one. */
const prefixes =
  /(?<![A-Za-z0-9])((sk-|[sr]k_(live|test)_|gh[oprsu]_|github_pat_|glpat-|xox[abeoprs]-|xapp-|AKIA|ASIA|AIza|ya29\.|npm_|pypi-|hf_|mlt_(?=[a-z2-7]{16}_)|SG\.|dop_v1_|shpat_|lin_api_)[\w.-]{8}|eyJ[\w-]{8,}\.|-----BEGIN [A-Z ]*PRIVATE KEY)/;

/** True for text in which something begins as a well-known kind of credential does. */
export function hasTokenPrefix(text: string): boolean {
  return prefixes.test(text);
}

/**
 * True for text that may be a credential: a known beginning, or 20 and more characters without a break that mix letters
 * and digits as names do not.
 */
export function looksLikeToken(text: string): boolean {
  if (hasTokenPrefix(text)) return true;
  return (text.match(/[A-Za-z0-9+/=]{20,}/g) ?? []).some((run) => (run.match(/\d/g) ?? []).length >= 3);
}

const placeholder =
  /^(your|my|the|some|replace|insert|enter|put|sample|dummy|fake|test|todo|fixme|default|admin|secret|dev)([-_. ]|$)|^(example|placeholder|passw[o0]rd|letmein|qwerty|abc123|12345|xxx)|change[-_ ]?me|^<.*>$/i;

/** True for a secret that nobody chose at random: `your-jwt-secret`, `changeme`, `aaaa…`. */
export function isPlaceholder(secret: string): boolean {
  return placeholder.test(secret) || new Set(secret).size < 6;
}
