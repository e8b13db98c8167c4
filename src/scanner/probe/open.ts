import { isObject, type JsonObject } from '../../kernel/jsonrpc.ts';
import { DISCOVER, type Era, LEGACY_VERSIONS, META, MODERN_VERSION } from '../../kernel/mcp-eras.ts';
import type { EraFacts } from '../facts/door.ts';
import { blind, type Blind, type Look, saw } from '../look.ts';
import type { Line, Manner } from './line.ts';
import { CLIENT_INFO, type Said, say, type Saying } from './say.ts';

/** The first message of an era, and what it led to. */
export interface Opening {
  readonly said: Look<Said>;
  /** Blind `not-offered`: the era is not spoken. `no-credential`: 401. `forbidden`: 403. */
  readonly opened: Look<Opened>;
}

/** An endpoint that may be spoken to. */
export interface Opened {
  readonly era: Era;
  readonly facts: EraFacts;
  readonly capabilities: JsonObject;
  /** Sent with everything that follows: session and version of the legacy era. */
  readonly headers: Readonly<Record<string, string>>;
  readonly sessionId: string | undefined;
}

/** Sends the opening message of an era. Never throws. */
export async function open(
  line: Line,
  era: Era,
  headers: Readonly<Record<string, string>>,
  more: { readonly url?: URL; readonly manner?: Manner } = {},
): Promise<Opening> {
  const said = await say(line, { ...openingOf(era), headers, ...(more.url && { url: more.url }) }, more.manner);
  if ('blind' in said) return { said, opened: said };
  return { said, opened: era === 'legacy' ? legacyOpened(said.saw) : modernOpened(said.saw) };
}

/** The message that opens an era. */
export function openingOf(era: Era): Pick<Saying, 'era' | 'method' | 'params'> {
  if (era === 'modern') return { era, method: DISCOVER };
  const params = { protocolVersion: LEGACY_VERSIONS[0], capabilities: {}, clientInfo: CLIENT_INFO };
  return { era, method: 'initialize', params };
}

const MAX_INSTRUCTIONS = 64 * 1024;

function legacyOpened(said: Said): Look<Opened> {
  const { heard, answer } = said;
  if (answer?.result === undefined) return notOpened(said);
  const { protocolVersion: version, capabilities, serverInfo, instructions } = answer.result;
  // Sent back as headers: only what looks like a version, and only what may stand in a header (LEG-HTTP-30).
  if (typeof version !== 'string' || !/^[0-9A-Za-z.-]{1,32}$/.test(version)) return malformed();
  const given = heard.headers['mcp-session-id'];
  const sessionId = given !== undefined && /^[\x21-\x7e]{1,1024}$/.test(given) ? given : undefined;
  return saw({
    era: 'legacy',
    facts: { version, server: serverOf(serverInfo), instructions: instructionsOf(instructions) },
    capabilities: isObject(capabilities) ? capabilities : {},
    headers: { 'mcp-protocol-version': version, ...(sessionId === undefined ? {} : { 'mcp-session-id': sessionId }) },
    sessionId,
  });
}

function modernOpened(said: Said): Look<Opened> {
  const result = said.answer?.result;
  if (result === undefined) return notOpened(said);
  const { supportedVersions, capabilities, instructions, _meta: meta } = result;
  if (!Array.isArray(supportedVersions) || !supportedVersions.includes(MODERN_VERSION)) return malformed();
  const server = isObject(meta) ? meta[META.serverInfo] : undefined;
  return saw({
    era: 'modern',
    facts: { version: MODERN_VERSION, server: serverOf(server), instructions: instructionsOf(instructions) },
    capabilities: isObject(capabilities) ? capabilities : {},
    headers: {},
    sessionId: undefined,
  });
}

function serverOf(value: unknown): EraFacts['server'] {
  const { name, version } = isObject(value) ? value : {};
  return {
    name: typeof name === 'string' ? name.slice(0, 256) : '',
    version: typeof version === 'string' ? version.slice(0, 64) : '',
  };
}

function instructionsOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value.slice(0, MAX_INSTRUCTIONS) : undefined;
}

/** Servers refuse an era that they do not know in many wordings, so any other refusal counts as that. */
function notOpened({ heard: { status } }: Said): Blind {
  if (status === 401) return blind('no-credential', 'The server asks for a credential (401).', '服务器要求凭据(401)。');
  if (status === 403) return blind('forbidden', 'The server refuses (403).', '服务器拒绝访问(403)。');
  if (status >= 500) {
    return blind('error', `The server answers with an error (${status}).`, `服务器返回错误(${status})。`);
  }
  return blind('not-offered', `The opening message was not taken (${status}).`, `起始消息未被接受(${status})。`);
}

function malformed(): Blind {
  return blind('unreadable', 'The answer to the opening message is malformed.', '对起始消息的应答格式有误。');
}
