// On the key without case and separators: `X-Api-Key`, `apiKey` and `api_key` are one.
const SECRET_KEY = new RegExp(
  [
    'passw(?:or)?d|passphrase|privatekey|apikey|accesskey|secretkey|signingkey|encryptionkey|masterkey|connectionstring',
    'secret(?!ary|ariat)|credential|cookie|bearer',
    'authorization(?!endpoint|server|url|uri|detail)',
    '(?:access|refresh|auth|api|id|secret)tokens$',
    '(?<!progress|page|continuation|cancel|cancellation|sync|delta|skip|max|next)token$',
    '^(?:pwd|pin|otp|totp|jwt|auth)$',
  ].join('|'),
);

/** Longer keys are no field names; only their end and beginning would ever decide. */
const MAX_KEY = 64;
/** Distinct keys remembered. Keys are attacker-controlled, so the memory is emptied when full. */
const MAX_REMEMBERED = 2_000;
const remembered = new Map<string, boolean>();

/** True for a field name whose value is masked by convention: `password`, `api_key`, `Authorization`, `refreshToken`, … */
export function isSecretKey(key: string): boolean {
  const known = remembered.get(key);
  if (known !== undefined) return known;
  const isSecret = SECRET_KEY.test(key.toLowerCase().replaceAll(/[^a-z0-9]/g, ''));
  if (key.length > MAX_KEY) return isSecret;
  if (remembered.size >= MAX_REMEMBERED) remembered.clear();
  remembered.set(key, isSecret);
  return isSecret;
}

const secretWords = /^(secrets?|token|password|passwd|passphrase|pwd|authorization|cookie|credentials?|apikey|pat)$/;
const secretPairs = /(^| )(api|access|secret|private|signing|encryption|auth) key$/;
const pointers = /^(file|path|dir|url|uri|name|id|ttl|seconds|enabled|type)$/;

/**
 * True for a key under which people are expected to write a secret: `client_secret`, `API_KEY`, `X-Auth-Token`; not
 * `TOKEN_FILE`. Narrower than {@link isSecretKey}, which hides rather too much: here a wrong yes is a wrong accusation.
 */
export function expectsSecret(key: string): boolean {
  const words = key
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  if (pointers.test(words.at(-1) ?? '')) return false;
  return words.some((word) => secretWords.test(word)) || secretPairs.test(words.join(' '));
}
