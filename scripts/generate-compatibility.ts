/** Writes the tables of docs/compatibility.md: `node scripts/generate-compatibility.ts`. A test fails when they are stale. */
import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { clients, type MatrixClient } from '../test/matrix/clients.ts';
import { type Column, columns } from '../test/matrix/columns.ts';
import { directly, throughTheGateway } from '../test/matrix/exceptions.ts';

/** The document, relative to the repository. */
export const compatibilityFile = new URL('../docs/compatibility.md', import.meta.url);

const tables: Readonly<Record<string, () => string>> = {
  pairs: pairsTable,
  clients: () => table(['client', 'package', 'asks for'], clients.map(clientRow)),
  servers: () => table(['server', 'package', 'transport', 'speaks'], columns.map(serverRow)),
};

/** The document with its tables made anew; the text around them stays. */
export function withMatrix(markdown: string): string {
  return markdown.replaceAll(
    /(<!-- matrix of (\w+) -->\n)[\s\S]*?(<!-- end -->)/g,
    (_all, start: string, name: string, end: string) => `${start}\n${tables[name]?.() ?? ''}\n${end}`,
  );
}

const ERAS = {
  legacy: '2025-11-25 or older',
  auto: '2026-07-28, else older',
  modern: '2026-07-28',
  both: '2026-07-28 and older',
} as const;

function clientRow({ name, package: id, era }: MatrixClient): string[] {
  return [name, `\`${id}\` ${versionOf(id)}`, ERAS[era]];
}

function serverRow({ name, package: id, transport, era }: Column): string[] {
  return [name, `\`${id}\` ${versionOf(id)}`, transport, ERAS[era]];
}

/** One row a client, one column a server; the causes of what is not alike stand below. */
function pairsTable(): string {
  const causes: string[] = [];
  const note = (cause: string): string => {
    if (!causes.includes(cause)) causes.push(cause);
    return `<sup>${causes.indexOf(cause) + 1}</sup>`;
  };
  const cell = (client: MatrixClient, column: Column): string => {
    const never = throughTheGateway(client, column);
    if (never !== undefined) return `no ${note(never.cause)}`;
    const alone = directly(client, column);
    return alone === undefined ? 'same' : `here only ${note(alone.cause)}`;
  };
  const rows = clients.map((client) => [client.name, ...columns.map((column) => cell(client, column))]);
  const notes = causes.map((cause, index) => `<sup>${index + 1}</sup> ${cause}\n`);
  return [table(['', ...columns.map(({ name }) => name)], rows), ...notes].join('\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('');
}

/** The version that is pinned: upstreams of the quickstart in our own manifest, all others in that of the tests. */
function versionOf(id: string): string {
  for (const path of ['../package.json', '../test/clients/package.json']) {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as {
      readonly dependencies?: Readonly<Record<string, string>>;
      readonly devDependencies?: Readonly<Record<string, string>>;
    };
    const version = devDependencies?.[id] ?? dependencies?.[id];
    if (version !== undefined) return version;
  }
  throw new Error(`${id} is in no package.json.`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await writeFile(compatibilityFile, withMatrix(await readFile(compatibilityFile, 'utf8')));
}
