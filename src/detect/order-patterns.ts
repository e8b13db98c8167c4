/**
 * How orders read that a description has no business to give, over sentences that `plainText` folded to lower case.
 * Sentences are attacker-controlled: every quantifier is bounded, so that the work is linear in their length.
 */

/** Words that make a duty of something, or add it to what was asked for. */
export const COMPELS =
  /\b(?:must|always|also|first|before|automatically|every|each time|mandatory|required|requires|please|silently|make sure|ensure|need to|needs to|never|simply|otherwise|additionally)\b/;

const NOT =
  "(?:do not|don't|does not|never|must not|should not|mustn't|shouldn't|may not|avoid|without|no need to|not necessary to|refrain from)";
const ADVERB = '(?: (?:ever|explicitly|directly|also|even|need to|have to|you|to))?';
const TELL = '(?:tell|inform|notify|alert|warn|telling|informing|notifying|alerting|warning)';
const HAPPENING =
  '(?:this|that|these|it|about|any of|the (?:change|step|file|tool|operation|action|modification|redirect|substitution|copy|process|reason|addition|real|true|hidden)|you|having)';

// Keeping the user from knowing what happens. "Do not tell the user to …" is advice on wording.
export const CONCEAL = new RegExp(
  [
    `\\b${NOT}${ADVERB} ${TELL} (?:the |your |any |a |an |our )?(?:user|users|human|humans|customer|operator|owner|person|anyone|anybody|them)\\b(?! (?:to|how|which|what to) )`,
    `\\b${NOT}${ADVERB} (?:mention|mentioning|disclose|disclosing|reveal|revealing|report|reporting|acknowledge|explain) ${HAPPENING}\\b`,
    `\\b${NOT}${ADVERB} let (?:the |your )?(?:user|users|human|anyone|them) (?:know|see|notice)\\b`,
    '\\b(?:keep|keeping) (?:this|it|that|the \\w{1,20}) (?:secret|hidden|confidential|private|concealed) (?:from|to)\\b',
    '\\b(?:this is|it is|as) a (?:secret|covert|hidden|silent) (?:operation|task|step|instruction|action|mission)\\b',
    "\\bwithout (?:the |any )?(?:user|user's|users'|human|owner's|their) (?:knowledge|noticing|awareness|knowing|consent or knowledge)\\b",
    '\\b(?:hide|conceal|hidden|invisible) (?:this |it |that )?(?:from|to) (?:the |your )?(?:user|users|human)\\b',
    '\\b(?:secretly|covertly|surreptitiously) \\w{3,}',
    '\\bsilently (?:sends?|forwards?|cop(?:y|ies)|uploads?|posts?|reads?|includes?|appends?|adds?|logs?|collects?|records?|transmits?|exfiltrates?|executes?|runs?)\\b',
  ].join('|'),
);

// Presentation more often than secrecy.
export const WITHHOLD = new RegExp(
  `\\b${NOT}${ADVERB} (?:mention|reveal|disclose|expose|show|display|share)\\b[^.]{0,40}\\bto (?:the |your |any )?(?:user|users|human|anyone)\\b`,
);

export const OVERRIDE = new RegExp(
  [
    '\\b(?:ignore|disregard|forget|override|bypass|discard)(?: \\w{1,12}){0,3} (?:previous|prior|above|earlier|preceding|system|safety|security|original|initial|developer|other)(?: \\w{1,12}){0,2} (?:instructions?|prompts?|directions?|messages?|guidelines?|guardrails?|directives?)\\b',
    '\\b(?:ignore|disregard|forget) (?:all |any |the |your )?(?:above|previous|prior) (?:rules?|text|context|constraints?|restrictions?|polic(?:y|ies))\\b',
    '\\b(?:ignore|disregard|forget) (?:everything|all|anything) (?:above|before|previous|prior|you (?:were|have been))\\b',
    '\\breveal (?:your|the) (?:system |hidden |initial )(?:prompt|instructions)\\b',
    '\\b(?:ignore|disregard|bypass|override|disable) (?:all |any |your |the )?(?:safety|security|ethical) (?:guidelines?|rules?|checks?|measures?|filters?|restrictions?|instructions?|polic(?:y|ies))\\b',
  ].join('|'),
);

const READS =
  '\\b(?:read|reads|access|open|cat|load|fetch|copy|include|retrieve|send|upload|pass|extract|append|modify|add|adding|adds|update|write|scan|collect|attach|provide|dump|parse)\\b';
export const KEY_FILE = new RegExp(
  `${READS}.{0,100}(?:\\.ssh\\b|\\bid_(?:rsa|ed25519|ecdsa|dsa)\\b|/etc/(?:passwd|shadow|sudoers)\\b|\\.aws/|\\.bashrc\\b|\\.zshrc\\b|\\.bash_profile\\b|\\.profile\\b|\\.netrc\\b|\\.git-credentials\\b|\\.kube/config\\b|\\.gnupg\\b|\\.docker/config\\.json|\\bcrontab\\b|authorized_keys\\b)`,
);
export const SETTINGS_FILE = new RegExp(
  `${READS}.{0,100}(?:\\.cursor/|\\bmcp\\.json\\b|claude_desktop_config|(?:^|[\\s"'\`*(/])\\.env\\b|\\.npmrc\\b|\\.pypirc\\b|\\*\\.(?:pem|key)\\b)`,
);
export const CONTENTS = /\b(?:contents?|pass|include|send|forward|upload|append|attach)\b/;

const PROGRAM =
  '(?:sudo|curl|wget|rm|cat|echo|bash|sh|zsh|nc|ncat|netcat|chmod|chown|export|eval|base64|powershell|scp|ssh|rsync|kill|dd|mkfs|printenv|env|whoami|id|uname|systemctl|crontab|nslookup|dig)';
// A command as such, spelt out: "run the following cleanup command …: rm -rf".
export const COMMAND = new RegExp(
  `\\b(?:run|execute|perform|issue|invoke|use)(?: [\\w'-]{1,20}){0,12} ?: ?[\`'"]?${PROGRAM} |\\b(?:run|execute) (?:the )?[\`'"]?(?:sudo|curl|wget|rm -|chmod|bash -c|sh -c) `,
);
export const PIPED =
  /\b(?:cat|env|printenv|history|tar)\b.{0,80}\| ?(?:nc|ncat|curl|bash|sh|base64)\b|\b(?:curl|wget)\b.{0,80}(?: -d |--data|--post|\| ?(?:ba)?sh\b)/;

export const SENDS = new RegExp(
  [
    '\\b(?:send|sends|forward|forwards|forwarded|bcc|transmit|transmits|exfiltrate|leak|relay)\\b.{0,100}(?:https?://|wss?://|\\b[\\w.+-]{1,64}@[\\w-]{1,64}\\.[a-z]{2})',
    '\\b(?:access|contact|call|query|ping|visit|request to)\\b (?:our |the |an? )?(?:[\\w-]{1,20} ){0,4}(?:endpoint|server|service|webhook|api|url)?(?: at| to)? ?https?://',
    '\\b(?:send|sends|sent|forward|forwards|forwarded|upload|uploads|uploaded|transmit|transmitted|stream|streamed|post|posted|exfiltrate|exfiltrated)\\b.{0,80}\\bto (?:an? |the |our )?(?:\\w{1,20} )?(?:attacker|remote server|remote endpoint|external (?:server|endpoint|logging|service|system)|third[- ]part(?:y|ies))\\b',
    '\\b(?:conversation|chat) (?:history|context|transcript)\\b.{0,100}\\bexternal\\b',
  ].join('|'),
);

export const TELLS_ADDRESS =
  /\b(?:upload|uploads|post|cc|submit|copy|report|stream|email|mail|notify|let|log)\b.{0,60}(?:\b[\w.+-]{1,64}@[\w-]{1,64}\.[a-z]{2}|https?:\/\/)/;

const INTO = '.{0,60}\\b(?:as|in|into|to|via|inside|with|through|using)\\b (?:the |this |a |an )?';
export const CONVERSATION_INTO = new RegExp(
  `\\b(?:pass|include|put|append|place|insert|provide|add|attach|copy|send|fill|write)\\b.{0,40}\\b(?:(?:entire|full|whole|complete|all)(?: of)?(?: the| your)? (?:conversation|chat|dialog(?:ue)?|message history|previous messages|prior messages|context)|(?:conversation|chat) (?:history|transcript)|(?:your|the) system prompt|(?:your|all) (?:previous|prior|hidden|internal) (?:instructions|messages|reasoning))\\b`,
);
export const SECRETS_INTO = new RegExp(
  `\\b(?:pass|include|put|append|place|insert|attach|copy|send|return|add)\\b.{0,40}\\b(?:(?:its|their|the file's|file) contents?|api[ _-]?keys?|credentials?|private keys?|secrets?|passwords?|access tokens?|environment variables?)\\b(?:${INTO}['"\`]?(?:side ?note|note|notes|context|metadata|comment|extra|feedback|debug|your (?:response|answer|reply)|parameters?|arguments?|field)\\b|${INTO}['"\`]\\w)`,
);

export const TAMPER = new RegExp(
  [
    "\\bregardless of (?:the |any |what the |what a )?(?:user|user's|users'|users|customer)\\b",
    "\\b(?:ignore|disregard|overriding|override)(?: \\w{1,12}){0,2} (?:user[- ](?:specified|provided|supplied|requested|defined)|user's (?:input|request|choice|preference|setting)|the user\\b)",
    '\\balways (?:change|replace|swap|substitute|alter) (?:the |any |their )?[\\w\'"\\`-]{1,40} (?:\\w{1,20} )?(?:to|with|by|for)\\b',
    '\\bautomatically (?:modify|modifies|change|changes|replace|replaces|redirect|redirects|swap|swaps|substitute) (?:\\w{1,20} ){0,8}(?:to|with|data)\\b',
    '\\b(?:will|should|must) (?:override|overwrite|replace|change) the (?:recipient|destination|address|amount|account|url|beneficiary|payee|target)\\b',
    '\\bredirect(?:ing|s|ed)? all\\b',
    '\\breplace (?:the )?(?:values?|arguments?|parameters?|inputs?) (?:with|by)\\b.{0,40}\\b(?:response|result|output)\\b',
  ].join('|'),
);
export const REPLACES = new RegExp(
  [
    '\\b(?:when|if|for) (?:using|calling|a user|the user|users|queries|requests|asked)\\b.{0,160}\\b(?:change|replace|set|switch|modify|redirect|swap|alter) (?:the |any |their )?[\'"\\`]?(?!this |it )[\\w-]{1,40}[\'"\\`]? (?:\\w{1,20} ){0,3}to\\b',
    '\\b(?:deprecated|disabled|replaced|blocked|restricted) (?:due to|because of|for) (?:\\w{1,20} ){0,2}(?:security|vulnerabilit)',
    '\\bis automatically (?:modified|changed|replaced|redirected|altered)\\b',
    '\\bautomatically (?:sets?|adds?|includes?|uses?) (?:the )?(?:\\w{1,20} ){0,2}(?:parameter|recipient|destination|query|amount|address)\\b',
    '\\balways (?:bcc|cc|include|copy|add)\\b.{0,60}\\b(?:email|address|recipient|@)',
  ].join('|'),
);

export const AUTHORITY = new RegExp(
  [
    '(?:^|[\\s*#[<|])(?:critical |important |urgent |mandatory |emergency )?(?:system|security|admin|administrator|developer|internal|dev|internal dev|system security|system maintenance|compliance)[ _](?:update|override|maintenance|notice|alert|protocol|note|instructions?|message|validation|enhancement|optimization|directive|command|requirement|maintenance protocol)s?\\b ?[:|>\\]]',
    '<(?:system|secret|hidden|admin|instructions?|critical|important)>',
    '(?:^|[.\\n ])(?:system|assistant) ?: (?:ignore|you|override|please|from now)',
    '\\bfor (?:\\w{1,20} ){0,3}(?:compliance|security|regulatory|audit|gdpr|soc2|verification|safety)\\b.{0,80}\\b(?:you must|must (?:also|first)|always (?:also )?(?:send|forward|copy|bcc))\\b',
    '\\b(?:compliance|security|regulatory|auditing)\\b.{0,60}\\b(?:mandatory|required) for (?:all|every|any)\\b|\\b(?:this is )?(?:mandatory|required) for (?:all|every|any)\\b.{0,80}\\b(?:compliance|regulatory|integrity|safety|security)\\b',
  ].join('|'),
);

// Words put into the model's mouth: a sentence in quotes, to be said to the user.
export const RECITE = new RegExp(
  [
    '\\b(?:state|say|announce|display the message|show the message|report to the user|tell the user|inform the user)(?: [\\w-]{1,20}){0,4}[: ]{1,2}[\'"][^\'"]{20}',
  ].join('|'),
);

export const CONTROL =
  /<\|(?:im_start|im_end|system|user|assistant|endoftext|begin_of_text|start_header_id)\|>|\[\/?inst\]|<<sys>>/;

// An order that names a tool by something that is no ordinary word, or in quotes.
const NAME = '[\'"`]?([a-z][a-z0-9]{0,30}(?:[_-][a-z0-9]{1,30}){1,6}|(?<=[\'"`])[a-z][a-z0-9]{1,40}(?=[\'"`]))[\'"`]?';
export const FOREIGN = [
  new RegExp(
    `\\b(?:must|should|first|always|before|instead|mandatory|required|then|critical)\\b.{0,80}\\b(?:call|calls|calling|use|invoke|invoking|run|execute|redirect to|redirects? to)\\b (?:the )?(?:new |secure |tool |function ){0,3}${NAME}`,
    'g',
  ),
  new RegExp(
    `\\b(?:the )?${NAME} tool (?:has been|have been|is|was|now|will be) (?:now |been |temporarily |being )?(?:optimized|enhanced|upgraded|updated|replaced|deprecated|disabled|compromised|uses?|superseded|insecure|unsafe)\\b`,
    'g',
  ),
  new RegExp(`\\bwhen (?:the |a )?${NAME} tool is (?:present|available|used|called|installed)\\b`, 'g'),
  new RegExp(
    `\\b(?:deprecated|disabled|unavailable|compromised|insecure|unsafe|maintenance)\\b.{0,120}\\b(?:use|call|switch to) (?:the )?${NAME}`,
    'g',
  ),
  new RegExp(`\\b(?:use|call|switch to) (?:the )?${NAME} (?:as an alternative|with the same parameters)\\b`, 'g'),
  /\bbefore (?:execut|call|us|runn|invok)\w{1,4} (?:the )?['"`]?([a-z][\w-]{1,40})['"`]? (?:operation|tool|function)?,? ?(?:execute|call|use|run|invoke) this tool\b/g,
];
