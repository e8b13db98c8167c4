import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { controls } from '../src/controls/catalogue.ts';
import { checks } from '../src/scanner/checks/index.ts';
import { pages } from './generate-controls.ts';

const stale = 'run: node scripts/generate-controls.ts';

test.each([...pages()].map(([file, text]) => ({ name: file.pathname.split('/').at(-1), file, text })))(
  'docs/$name is made from the catalogue and the list of checks',
  async ({ file, text }) => {
    expect({ stale, text: await readFile(file, 'utf8') }).toEqual({ stale, text });
  },
);

test('every control has a section in both languages, every check a row', () => {
  const [english = '', chinese = '', list = ''] = [...pages().values()];
  for (const { id, title } of controls) {
    expect(english).toContain(`\n## ${id} ${title.en}\n`);
    expect(chinese).toContain(`\n## ${id} ${title.zh}\n`);
  }
  expect(list.match(/^\| \[/gm)?.length ?? 0).toBe(checks.length);
});
