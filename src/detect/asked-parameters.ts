import { plainText } from './plain-text.ts';
import { isSecretKey } from './secret-keys.ts';
import { type Parameter, parametersOf, type ToolLike, wordsOf } from '../kernel/tool-like.ts';
import { isFreeText } from '../kernel/tool-words.ts';

/** A parameter that asks a model for something that it should not hand over. */
export interface Asked {
  /** Path of the parameter. */
  readonly parameter: string;
  /** `certain`: the definition says so. `likely`: its name alone does. */
  readonly how: 'certain' | 'likely';
}

// Keys that nothing else can be meant by, and that whoever holds them can act with for good.
const MASTER =
  /^(?:privatekey|secretkey|seedphrase|mnemonic|mnemonicphrase|recoveryphrase|masterpassword|sshkey|sshprivatekey|walletkey|rootpassword|signingkey)$/;
// Made up for somebody else, or a reference to a secret that stays where it is.
const NO_SECRET =
  /\b(?:new password|password for the new|initial password|name of the|id of the|secret name|csrf|placeholder|masked|hashed|push token|device token|page ?token|continuation|confirm\w{0,8}|form token|share token|path to)\b/;

/** Names of what only leads to a secret. */
const REFERS = /(?:path|file|id|name|ref|arn|form_?token)$/i;

/** Parameters that ask for a credential: it would stand in the model's context, in logs, and in every record of the call. */
export function asksForSecrets(tool: ToolLike): readonly Asked[] {
  return parametersOf(tool)
    .filter((parameter) => isSecretParameter(parameter))
    .map(({ path, name }) => ({ parameter: path, how: MASTER.test(plainName(name)) ? 'certain' : 'likely' }));
}

function isSecretParameter({ name, description, schema }: Parameter): boolean {
  if (REFERS.test(name)) return false;
  if (!(isSecretKey(name) || MASTER.test(plainName(name))) || !isFreeText(schema)) return false;
  return !NO_SECRET.test(plainText(description.slice(0, 400)));
}

function plainName(name: string): string {
  return plainText(name).replaceAll(/[^a-z0-9]/g, '');
}

const WHOLE = '(?:entire|full|whole|complete|all(?: of)?|previous|prior|current|raw|verbatim)';
const ASKS_CONVERSATION = new RegExp(
  [
    `\\b${WHOLE}(?: of)?(?: the| your| this| our)?(?: previous| prior| current)? (?:conversation|chat|dialog(?:ue)?|chat history|message history|messages (?:so far|above|in this|from the)|user messages|context window|thread of messages with the user)\\b`,
    '\\b(?:conversation|chat) (?:history|transcript|context)(?: so far| up to| with the user| between (?:you|the user)| including)\\b',
    '\\byour (?:full |entire |complete |own |current )?(?:system prompt|system message|instructions|initial prompt|hidden prompt|chain of thought|internal reasoning)\\b',
    '\\bthe (?:full |entire |complete |exact )?system prompt (?:you|of the|given to you|verbatim|that)\\b',
    '\\b(?:list|names?|descriptions?|schemas?|definitions?) of (?:all )?(?:the |your )?(?:other |available )?tools (?:you|available to you|that you|in your|from other)\\b',
    '\\b(?:all|every) (?:the )?(?:other )?(?:available )?tools (?:you have|available to you|in your context)\\b',
    '\\b(?:output|outputs|results?|responses?) (?:of|from) (?:all |any |the )?(?:other|previous|prior) tools?(?: calls?)?\\b',
    "\\bcontents? of (?:the )?(?:user's )?(?:\\.env|~/|ssh|environment|home directory|open files)",
  ].join('|'),
);
const NAMED_CONVERSATION =
  /^(?:(?:full|entire|whole|complete|all|raw)?(?:conversation|chat)(?:history|transcript|log|context)?|previousmessages|priormessages|allmessages|messagehistory|usermessages|systemprompt|systemmessage|systeminstructions|initialprompt|chainofthought|toolslist|toollist|availabletools|othertools|tooloutputs|toolcallhistory|contextwindow)$/;
// Names that mean the server's own things where the description says whose.
const OWN_MATTER =
  /\b(?:agent|assistant|bot|llm|extraction|completion|generat\w{1,5}|persona|voice|channel|slack|intercom|zendesk|thread|openai|id of|identifier)\b/;

/**
 * Parameters that ask for the conversation, the model's instructions, its other tools or their output. No tool needs
 * these to do what it says; a server that gets them reads along.
 */
export function asksForConversation(tool: ToolLike): readonly Asked[] {
  return parametersOf(tool).flatMap((parameter): Asked[] => {
    const how = howItAsks(parameter, tool);
    return how === undefined ? [] : [{ parameter: parameter.path, how }];
  });
}

function howItAsks({ name, description, schema }: Parameter, tool: ToolLike): Asked['how'] | undefined {
  if (!isFreeText(schema)) return undefined;
  const said = plainText(description.slice(0, 1_000));
  if (ASKS_CONVERSATION.test(said)) return OWN_MATTER.test(said) ? 'likely' : 'certain';
  if (!NAMED_CONVERSATION.test(plainName(name)) || said.length >= 60) return undefined;
  const around = `${said} ${wordsOf(tool.name).join(' ')} ${plainText(tool.description.slice(0, 300))}`;
  return OWN_MATTER.test(around) ? undefined : 'likely';
}
