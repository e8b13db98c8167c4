import type { MerlonError } from '../kernel/errors.ts';

/** What a challenge may tell besides the error. */
export interface ChallengeOptions {
  /** Where the protected-resource metadata is (RFC 9728). */
  readonly resourceMetadataUrl?: string;
  /** The scope that would be enough: one, or several. What stands in one text is one scope, spaces and all. */
  readonly scope?: string | readonly string[];
}

/**
 * The value of WWW-Authenticate for a refusal (RFC 6750, section 3): without an error code when no credential was sent,
 * `invalid_token` for a bad one, `insufficient_scope` for a missing permission. Safe against injection: tool names
 * and addresses (attacker-controlled) cannot end a quoted string, a line, or smuggle in a further scope.
 */
export function challenge(error: Pick<MerlonError, 'code'>, options: ChallengeOptions = {}): string {
  const { resourceMetadataUrl, scope } = options;
  const parts = ['realm="merlon"'];
  const code = codes.get(error.code);
  if (code !== undefined) parts.push(`error=${quoted(code)}`);
  if (scope !== undefined) parts.push(`scope=${quoted(scopeText(scope))}`);
  if (resourceMetadataUrl !== undefined) parts.push(`resource_metadata=${quoted(resourceMetadataUrl)}`);
  return `Bearer ${parts.join(', ')}`;
}

const codes: ReadonlyMap<string, string> = new Map([
  ['AUTH_INVALID', 'invalid_token'],
  ['FORBIDDEN', 'insufficient_scope'],
]);

function scopeText(scope: string | readonly string[]): string {
  return (typeof scope === 'string' ? [scope] : scope).map(scopeToken).join(' ');
}

/** RFC 6749, section 3.3: printable ASCII without space, quote and backslash. Anything else is percent-encoded. */
function scopeToken(text: string): string {
  return text.toWellFormed().replace(/[^\x21\x23-\x5b\x5d-\x7e]/gu, percentEncoded);
}

function percentEncoded(character: string): string {
  return Array.from(Buffer.from(character), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}

/** RFC 9110, section 5.6.4, limited to printable ASCII: what a header cannot carry everywhere is left out. */
function quoted(text: string): string {
  return `"${text.replace(/[^\x20-\x7e]/g, '').replace(/["\\]/g, '\\$&')}"`;
}
