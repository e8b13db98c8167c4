/**
 * Writes docs/scan-example.md and docs/scan-example.zh.md from real scans of the quickstart's gateway and of its upstreams
 * without it: `node scripts/generate-scan-example.ts`. Takes half a minute; what it finds of the host is that machine's.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { controlOf } from '../src/controls/index.ts';
import { controlIds } from '../src/controls/control.ts';
import { type Language, languages, type Text } from '../src/kernel/text.ts';
import type { Outcome } from '../src/scanner/check.ts';
import { outcomeWords } from '../src/scanner/report/words.ts';
import { runMerlon } from '../test/deployment.ts';
import { type QuickstartGateway, startQuickstart } from '../test/quickstart-gateway.ts';
import { startEverything } from '../test/upstreams.ts';

const root = join(import.meta.dirname, '..');
const bin = join(root, 'node_modules', '.bin');

/** As far as a page reads a JSON report. */
export interface ExampleReport {
  readonly controls: readonly { readonly id: string; readonly outcome: Outcome; readonly reason: string }[];
  readonly findings: readonly {
    readonly check: string;
    readonly control: string;
    readonly outcome: Outcome;
    readonly title: string;
    readonly evidence: readonly { readonly seen: string }[];
  }[];
  readonly grade: {
    readonly letter: string | null;
    readonly points: number;
    readonly caps: readonly { readonly letter: string; readonly because: string }[];
  };
  readonly score: { readonly percent: number };
}

const words = {
  heading: { en: 'A scan of the quickstart, with the gateway and without', zh: '快速开始示例的扫描：有网关与无网关' },
  intro: {
    en: 'The same four upstreams (server-everything over stdio and HTTP, filesystem, memory), once behind the gateway of `npm start` and once bare. Made by `node scripts/generate-scan-example.ts` from real scans; what is said of the host (C11, C12, C19) is that of the machine it ran on. [简体中文](scan-example.zh.md)',
    zh: '同样的四个上游（server-everything 的 stdio 与 HTTP 方式、filesystem、memory），一次位于 `npm start` 的网关之后，一次直接暴露。本页由 `node scripts/generate-scan-example.ts` 根据真实扫描生成；有关主机的内容（C11、C12、C19）取决于运行它的机器。[English](scan-example.md)',
  },
  again: {
    en: 'To see it yourself, with the key that the first `npm start` shows:',
    zh: '自行重现（使用首次 `npm start` 显示的密钥）：',
  },
  bareFile: { en: 'where `bare.yaml` names the upstreams as targets:', zh: '其中 `bare.yaml` 将这些上游列为目标：' },
  columns: { en: '| | control | gateway | bare |', zh: '| | 控制 | 网关 | 直接暴露 |' },
  grades: { en: 'Grades', zh: '评级' },
  gradeColumns: { en: '| | grade | points | score | because |', zh: '| | 评级 | 得分 | 通过率 | 原因 |' },
  gateway: { en: 'gateway', zh: '网关' },
  bare: { en: 'bare', zh: '直接暴露' },
  none: { en: 'none: what the profile requires could not be seen', zh: '无：无法看到配置档要求的控制' },
  left: { en: 'What does not pass at the gateway', zh: '网关未通过的项目' },
  missing: { en: 'What fails without it', zh: '没有网关时的失败项' },
} as const satisfies Record<string, Text>;

/** The page in one language. */
export function examplePage(gateway: ExampleReport, bare: ExampleReport, language: Language): string {
  const say = (text: Text): string => text[language];
  const cell = (report: ExampleReport, id: string): string => {
    const control = report.controls.find((one) => one.id === id);
    return control === undefined ? '–' : `**${say(outcomeWords[control.outcome])}**: ${escaped(control.reason)}`;
  };
  const rows = controlIds.map(
    (id) => `| ${id} | ${say(controlOf(id).title)} | ${cell(gateway, id)} | ${cell(bare, id)} |`,
  );
  const grade = (name: Text, { grade: { letter, points, caps }, score }: ExampleReport): string =>
    `| ${say(name)} | ${letter ?? say(words.none)} | ${points} | ${score.percent} % | ${caps.map((one) => `≤ ${one.letter}: ${escaped(one.because)}`).join('<br>')} |`;
  return [
    `# ${say(words.heading)}`,
    say(words.intro),
    say(words.again),
    '```sh\nnpm start\nMERLON_API_KEY=… npm run merlon -- scan -c examples/quickstart/merlon.yaml --live --host\nnpm run merlon -- scan -c bare.yaml --run\n```',
    say(words.bareFile),
    `\`\`\`yaml\n${BARE}\n\`\`\``,
    [say(words.columns), '|---|---|---|---|', ...rows].join('\n'),
    `## ${say(words.grades)}`,
    [say(words.gradeColumns), '|---|---|---|---|---|', grade(words.gateway, gateway), grade(words.bare, bare)].join(
      '\n',
    ),
    `## ${say(words.left)}`,
    listed(gateway, ['fail', 'warn', 'manual', 'unknown'], language),
    `## ${say(words.missing)}`,
    listed(bare, ['fail'], language),
  ]
    .join('\n\n')
    .concat('\n');
}

const BARE = `targets:
  - { kind: server, url: 'http://127.0.0.1:3001/mcp' }
  - { kind: stdio, name: everything, command: [mcp-server-everything, stdio] }
  - { kind: stdio, name: filesystem, command: [mcp-server-filesystem, .] }
  - { kind: stdio, name: memory, command: [mcp-server-memory] }`;

/** Findings by control, each check once with what it saw first. */
function listed({ controls, findings }: ExampleReport, outcomes: readonly Outcome[], language: Language): string {
  return controls
    .filter(({ outcome }) => outcomes.includes(outcome))
    .flatMap(({ id, outcome, reason }) => {
      const own = findings.filter((one) => one.control === id && (one.outcome === 'fail' || one.outcome === 'warn'));
      const first = [...new Map(own.map((one) => [one.check, one] as const)).values()];
      const lines = first.map(
        (one) =>
          `  - \`${one.check}\` (${outcomeWords[one.outcome][language]}): ${escaped(one.title)} ${escaped(one.evidence[0]?.seen ?? '')}`,
      );
      const head = `- **${id}**, ${outcomeWords[outcome][language]}`;
      return lines.length === 0 ? [`${head}: ${escaped(reason)}`] : [head, ...lines];
    })
    .join('\n');
}

function escaped(text: string): string {
  return text.replaceAll(/[|<>*]/g, (sign) => `\\${sign}`);
}

async function reportOf(
  args: readonly string[],
  env: Record<string, string>,
  names: readonly (readonly [string, string])[],
): Promise<ExampleReport> {
  const { stdout, stderr } = await runMerlon(['scan', '--no-progress', '--format', 'json', ...args], env);
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(names.reduce((text, [from, to]) => text.replaceAll(from, to), stdout)) as ExampleReport;
}

async function scanBoth(gateway: QuickstartGateway, bareUrl: string): Promise<void> {
  const key = gateway.key('admin');
  const targets = [
    { kind: 'server', url: bareUrl },
    { kind: 'stdio', name: 'everything', command: [join(bin, 'mcp-server-everything'), 'stdio'] },
    { kind: 'stdio', name: 'filesystem', command: [join(bin, 'mcp-server-filesystem'), gateway.folder] },
    { kind: 'stdio', name: 'memory', command: [join(bin, 'mcp-server-memory')] },
  ];
  const bareFile = join(gateway.folder, 'bare.json');
  await writeFile(bareFile, JSON.stringify({ targets }));
  const names = [
    [gateway.folder, 'examples/quickstart'],
    [new URL(gateway.url).host, '127.0.0.1:8443'],
    [new URL(bareUrl).host, '127.0.0.1:3001'],
  ] as const;
  for (const language of languages) {
    // One after the other: they would slow each other down, and a limit of the gateway's counts both.
    const behind = await reportOf(
      ['-c', gateway.file, '--live', '--host', '--lang', language],
      { MERLON_API_KEY: key, HOME: gateway.folder },
      names,
    );
    const bare = await reportOf(['-c', bareFile, '--run', '--lang', language], { HOME: gateway.folder }, names);
    const file = join(root, 'docs', language === 'en' ? 'scan-example.md' : `scan-example.${language}.md`);
    await writeFile(file, examplePage(behind, bare, language));
    console.log(`wrote ${file}, ${(await readFile(file, 'utf8')).length} characters`);
  }
}

async function main(): Promise<void> {
  const [gateway, bare] = await Promise.all([startQuickstart(), startEverything()]);
  try {
    await scanBoth(gateway, bare.url);
  } finally {
    await Promise.all([gateway.stop(), bare.program.stop()]);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
