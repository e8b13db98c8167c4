import { createMask } from '../../../../detect/mask.ts';
import type { Text } from '../../../../kernel/text.ts';

/** What an error should have kept to itself. */
export const kindsOfDetail = {
  secret: { en: 'something in the form of a secret', zh: '形似密钥的内容' },
  stack: { en: 'a stack trace', zh: '调用堆栈' },
  path: { en: 'paths of files on the server', zh: '服务器上的文件路径' },
  database: { en: 'what a database said', zh: '数据库的报错信息' },
  environment: { en: 'variables of the environment', zh: '环境变量' },
} as const satisfies Record<string, Text>;
export type DetailKind = keyof typeof kindsOfDetail;

// Attacker-controlled text, at most 4,096 characters: each repetition below has a bound.
const SIGNS: readonly (readonly [DetailKind, RegExp])[] = [
  // Node, Java: "at name (file.js:1:2)", "at a.b.C(C.java:1)"; .NET: "at A.B() in C:\x.cs:line 1"
  ['stack', /(?:^|")\s{0,20}at [^\n]{1,300}(?:\.[A-Za-z]{1,6}|node:[\w/]{1,60}):(?:line )?\d/m],
  ['stack', /Traceback \(most recent call last\)/],
  ['stack', /(?:^|")\s{0,20}File "[^"\n]{1,300}", line \d{1,6}/m],
  ['stack', /(?:^|")goroutine \d{1,9} \[/m],
  ['stack', /(?:^|")thread '[^'\n]{1,100}' panicked at /m],
  ['stack', /(?:^|")#\d{1,3} [^\n]{1,300}\.php\(\d{1,6}\)/m],
  ['stack', /(?:^|")\s{0,20}from [^\n:]{1,300}\.rb:\d{1,6}:in /m],
  ['path', /(?:^|[\s"'(=[])\/(?:home|Users)\/[\w.-]{1,64}\/[\w.-]/],
  [
    'path',
    /(?:^|[\s"'(=[])\/(?:root|etc|var|usr|opt|srv|app|tmp|workspace)\/[\w./@-]{0,300}\.(?:[cm]?[jt]sx?|py|rb|php|go|rs|java|jar|cs|conf|db|sqlite|pem|key|ya?ml|env)(?![\w-])/,
  ],
  ['path', /file:\/\/\/(?:[A-Za-z]:\/|home\/|Users\/|root\/|app\/|usr\/|opt\/|srv\/|var\/)/],
  ['path', /(?:^|[\s"'(=[])[A-Za-z]:\\(?:Users|Windows|inetpub|Program Files|ProgramData|app|src)\\/],
  ['path', /\/node_modules\/[\w@.-]{1,100}\/|\/site-packages\/[\w.-]{1,100}\//],
  [
    'database',
    /SQLSTATE\[|\bORA-\d{5}\b|You have an error in your SQL syntax|\bSQLITE_(?:ERROR|CONSTRAINT|BUSY|CORRUPT)/,
  ],
  ['database', /psycopg2?\.|sqlalchemy\.exc\.|PrismaClient\w{0,40}Error|syntax error at or near "/],
  [
    'environment',
    /\b(?:PATH|LD_LIBRARY_PATH|PYTHONPATH)=[\w/.]|\bHOME=\/|\b(?:DATABASE_URL|AWS_SECRET_ACCESS_KEY)\b\s{0,4}[=:]/,
  ],
];

const secrets = createMask({ secrets: [] });

/** Which kinds of details a body of an error holds, each once. */
export function detailsIn(body: string): readonly DetailKind[] {
  const text = plain(body);
  const found = SIGNS.flatMap(([kind, sign]) => (sign.test(text) ? [kind] : []));
  return [...new Set(secrets.text(body) === body ? found : ['secret' as const, ...found])];
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '"': '"', '\\': '\\', '/': '/' };

/** As a person reads it: JSON's escapes and HTML's line breaks undone, which is all that hides where a line begins. */
function plain(body: string): string {
  return body
    .replaceAll(/\\(.)/gs, (whole, char: string) => ESCAPES[char] ?? whole)
    .replaceAll(/<br ?\/?>/g, '\n')
    .replaceAll('&nbsp;', ' ')
    .replaceAll('&#39;', "'")
    .replaceAll('&quot;', '"');
}
