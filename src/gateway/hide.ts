/** Shorter ones would hit ordinary text. */
const MIN_LENGTH = 8;

/**
 * Makes the last look at JSON text that leaves the gateway: the secrets of its own configuration (upstream credentials,
 * signing secrets), which a careless or hostile upstream may echo, are replaced. The text stays valid JSON.
 */
export function hideSecrets(secrets: readonly string[]): (json: string) => string {
  const known = secrets
    .filter((secret) => secret.length >= MIN_LENGTH)
    .map((secret) => JSON.stringify(secret).slice(1, -1));
  // Longest first, so that one that holds another is replaced whole.
  const needles = [...new Set(known)].sort((a, b) => b.length - a.length);
  return (json) => {
    let text = json;
    for (const needle of needles) if (text.includes(needle)) text = text.replaceAll(needle, '[masked:secret]');
    return text;
  };
}
