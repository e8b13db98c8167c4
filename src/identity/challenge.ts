import type { MerlonError } from '../kernel/errors.ts';

/** What a challenge may tell besides the error. */
export interface ChallengeOptions {
  /** Where the protected-resource metadata is (RFC 9728). */
  readonly resourceMetadataUrl?: string;
  /** The scopes that would be enough, all of them: what stands in one text is one scope, spaces and all. */
  readonly scope?: string | readonly string[];
}

/**
 * The value of WWW-Authenticate for a refusal (RFC 6750, section 3): without an error code when no credential was sent,
 * `invalid_token` for a bad one, `insufficient_scope` for a missing permission. Safe against injection: tool names
 * and addresses (attacker-controlled) cannot end a quoted string, a line, or smuggle in a further scope. The scope comes
 * last and without an equals sign, because clients look for `resource_metadata=` anywhere in the value: a tool of that
 * name would send them to an authorization server of the attacker's choice.
 */
export function challenge(error: Pick<MerlonError, 'code'>, options: ChallengeOptions = {}): string {
  const { resourceMetadataUrl, scope } = options;
  const parts = ['realm="merlon"'];
  const code = codes.get(error.code);
  if (code !== undefined) parts.push(`error=${quoted(code)}`);
  if (resourceMetadataUrl !== undefined) parts.push(`resource_metadata=${quoted(resourceMetadataUrl)}`);
  const scopes = scope === undefined ? '' : scopeText(scope);
  if (scopes !== '' && scopes.length <= MAX_SCOPES) parts.push(`scope=${quoted(scopes)}`);
  return `Bearer ${parts.join(', ')}`;
}

// Clients and proxies take heads of 8 to 16 KB. A part of what is missing would be wrong, so more than this is left out.
const MAX_SCOPES = 4_096;

const codes: ReadonlyMap<string, string> = new Map([
  ['AUTH_INVALID', 'invalid_token'],
  ['FORBIDDEN', 'insufficient_scope'],
]);

function scopeText(scope: string | readonly string[]): string {
  return (typeof scope === 'string' ? [scope] : scope).map(scopeToken).join(' ');
}

/** RFC 6749, section 3.3: printable ASCII without space, quote and backslash. Anything else, and `=`, is percent-encoded. */
function scopeToken(text: string): string {
  return text.toWellFormed().replace(/[^\x21\x23-\x3c\x3e-\x5b\x5d-\x7e]/gu, percentEncoded);
}

function percentEncoded(character: string): string {
  return Array.from(Buffer.from(character), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}

/** RFC 9110, section 5.6.4, limited to printable ASCII: what a header cannot carry everywhere is left out. */
function quoted(text: string): string {
  return `"${text.replace(/[^\x20-\x7e]/g, '').replace(/["\\]/g, '\\$&')}"`;
}
