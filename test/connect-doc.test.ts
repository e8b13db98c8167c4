import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { clients } from '../src/clients/catalog.ts';
import type { Client, ClientFile, Reference } from '../src/clients/client.ts';
import { pathsOf } from '../src/clients/locate.ts';

const page = readFileSync(resolve(import.meta.dirname, '../docs/connect.md'), 'utf8');

/** The row of a client as the page must have it. */
function rowOf({ id, title, files, reference, provenance }: Client): string {
  const written = files.filter((file) => file.readOnly !== true);
  const paths = [...new Set(written.flatMap((file) => pathOf(file)))];
  return `| ${title} | \`${id}\` | ${paths.join(', ')} | ${formOf(written[0])} | ${keyOf(reference)} | ${provenance} |`;
}

function pathOf(file: ClientFile): string[] {
  const [path] = pathsOf(file, { platform: 'linux', env: {}, home: '~', project: '.' });
  return path === undefined ? [] : [`\`${file.scope === 'project' ? './' : ''}${path}\``];
}

function formOf(file: ClientFile | undefined): string {
  if (file === undefined) return '';
  const { root, http } = file.shape;
  if (http === undefined) return `\`${root.join('.')}\`, programs only`;
  const type = http.type === undefined ? [] : [`\`type: ${http.type}\``];
  return [`\`${root.join('.')}\``, ...type, `\`${http.url}\``].join(', ');
}

function keyOf(reference: Reference): string {
  if (reference.kind === 'none') return 'none known';
  const how =
    reference.kind === 'header'
      ? reference.value.replace('Bearer ', '')
      : reference.kind === 'field'
        ? reference.key
        : '${input:merlon-api-key}';
  return `\`${how}\` (${reference.provenance})`;
}

describe('docs/connect.md', () => {
  it.each(clients.map((client) => [client.id, client] as const))(
    'says of %s what the catalogue says',
    (_id, client) => {
      expect(page).toContain(rowOf(client));
    },
  );

  it('has no row for a client that is not there', () => {
    const rows = [...page.matchAll(/^\| [^|]+ \| `([a-z-]+)` \|/gm)].map(([, id]) => id);
    expect(rows).toEqual(clients.map(({ id }) => id));
  });

  it('names every variable that a client takes its file from', () => {
    const bases = clients.flatMap(({ files }) => files.flatMap(({ paths }) => paths.map(({ base }) => base)));
    const variables = bases.flatMap((base) =>
      typeof base === 'object' ? ['folder' in base ? base.folder : base.file] : [],
    );
    expect(variables.length).toBeGreaterThan(5);
    expect(variables.filter((variable) => !page.includes(`\`${variable}\``))).toEqual([]);
  });
});
