import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { compatibilityFile, withMatrix } from './generate-compatibility.ts';

test('the tables of docs/compatibility.md are those of the matrix that the tests run', async () => {
  const stale = 'run: node scripts/generate-compatibility.ts';
  const text = await readFile(compatibilityFile, 'utf8');
  expect(text.match(/<!-- matrix of \w+ -->/g)).toHaveLength(3);
  expect({ stale, text }).toEqual({ stale, text: withMatrix(text) });
});
