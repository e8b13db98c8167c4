/** Writes docs/controls.md, docs/controls.zh.md and docs/checks.md: `node scripts/generate-controls.ts`. A test fails when they are stale. */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { controls } from '../src/controls/catalogue.ts';
import type { Control } from '../src/controls/control.ts';
import { partWords, proseParts } from '../src/controls/part-words.ts';
import { priorityWords, schemeWords, verificationWords } from '../src/controls/words.ts';
import type { Language, Text } from '../src/kernel/text.ts';
import type { AnyCheck } from '../src/scanner/check.ts';
import { checks } from '../src/scanner/checks/index.ts';

/** The pages and their texts, by their place in the repository. */
export function pages(): ReadonlyMap<URL, string> {
  return new Map([
    [new URL('../docs/controls.md', import.meta.url), controlsPage('en')],
    [new URL('../docs/controls.zh.md', import.meta.url), controlsPage('zh')],
    [new URL('../docs/checks.md', import.meta.url), checksPage()],
  ]);
}

const words = {
  ...partWords,
  heading: { en: 'The 20 controls', zh: '20 项安全控制' },
  intro: {
    en: 'What an MCP deployment is checked against. The order is that of the checklist, the ids never change. [简体中文](controls.zh.md) · on the command line: `merlon controls C13`.',
    zh: 'MCP 部署按以下各项检查。顺序与清单一致，编号不再改变。[English](controls.md) · 命令行：`merlon controls C13 --lang zh`。',
  },
  schemes: {
    en: 'The MCP specification and the NSA sheet do not number what they ask for: the ids of the former are Merlon’s, those of the latter are its order. All titles are the words of the schemes.',
    zh: 'MCP 规范和 NSA 文件没有给要求编号：前者的编号由 Merlon 给出，后者按文中顺序编号。标题均为各标准的原文。',
  },
  columns: { en: '| | control | priority | verified |', zh: '| | 控制 | 优先级 | 验证方式 |' },
  checks: { en: 'Checks', zh: '检查' },
  references: { en: '| scheme | id | title |', zh: '| 标准 | 编号 | 标题 |' },
} as const satisfies Record<string, Text>;

function controlsPage(language: Language): string {
  const rows = controls.map(
    ({ id, title, priority, verification }) =>
      `| [${id}](#${anchorOf(`${id} ${title[language]}`)}) | ${title[language]} | ${priorityWords[priority][language]} | ${verificationWords[verification][language]} |`,
  );
  return [
    `# ${words.heading[language]}`,
    words.intro[language],
    [words.columns[language], '|---|---|---|---|', ...rows].join('\n'),
    words.schemes[language],
    ...controls.map((control) => controlSection(control, language)),
    '',
  ]
    .join('\n\n')
    .trimEnd()
    .concat('\n');
}

function controlSection(control: Control, language: Language): string {
  const { id, title, priority, because, verification, references } = control;
  const colon = language === 'zh' ? '\uff1a' : ': ';
  const line = (label: Text, text: string): string => `**${label[language]}**${colon}${text}`;
  const texts = proseParts.flatMap((part) => {
    const text = control[part];
    return text === undefined ? [] : [line(words[part], text[language])];
  });
  const own = checksOf(control).map((check) => `[\`${check.id}\`](${pageOf(check)})`);
  return [
    `## ${id} ${title[language]}`,
    line(
      words.priority,
      `${priorityWords[priority][language]}${language === 'zh' ? '\u3002' : '. '}${because[language]}`,
    ),
    line(words.verification, `${verificationWords[verification][language]}${language === 'zh' ? '\u3002' : '.'}`),
    ...texts,
    ...(own.length === 0 ? [] : [line(words.checks, own.join(', '))]),
    [
      words.references[language],
      '|---|---|---|',
      ...references.map((one) => `| ${schemeWords[one.scheme]} | ${one.id} | ${cell(one.title)} |`),
    ].join('\n'),
  ].join('\n\n');
}

function checksPage(): string {
  const sections = controls.flatMap((control) => {
    const own = checksOf(control);
    if (own.length === 0) return [];
    const rows = own.map(
      (check) =>
        `| [\`${check.id}\`](${pageOf(check)}) | ${check.part} | ${check.severity} | ${cell(check.title.en)} | ${cell(gistOf(check))} |`,
    );
    return [
      `## ${control.id} ${control.title.en}`,
      ['| check | part | severity | what holds when it passes | what it asks |', '|---|---|---|---|---|', ...rows].join(
        '\n',
      ),
    ];
  });
  const bare = controls.filter((control) => checksOf(control).length === 0).map(({ id }) => id);
  return [
    '# The checks',
    `All ${checks.length} that \`merlon scan\` has built in, by [control](controls.md). The severity is that of a failure; a check may judge a case less or more grave. Each has a page: why, what it looks at and what it does not see, how to fix.`,
    ...(bare.length === 0 ? [] : [`Controls without a built-in check: ${bare.join(', ')}.`]),
    ...sections,
  ]
    .join('\n\n')
    .concat('\n');
}

function checksOf({ id }: Control): readonly AnyCheck[] {
  return checks
    .filter(({ control }) => control === id)
    .toSorted((a, b) => compare(a.part, b.part) || compare(a.id, b.id));
}

/** By code points, so that every machine gives the same order. */
function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function pageOf({ part, id }: AnyCheck): string {
  return `../src/scanner/checks/${part}/${id}/README.md`;
}

/** The first sentence of a check's page, without its links: they lead from there. */
function gistOf(check: AnyCheck): string {
  const text = readFileSync(new URL(pageOf(check), new URL('../docs/', import.meta.url)), 'utf8');
  const paragraph = (text.split('\n\n')[1] ?? '').replaceAll('\n', ' ').replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1');
  return /^.*?[.?](?=\s|$)/.exec(paragraph)?.[0] ?? paragraph;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}

/** The name that GitHub gives a heading as the target of links. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [file, text] of pages()) await writeFile(file, text);
}
