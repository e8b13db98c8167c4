import { describe, expect, it } from 'vitest';
import { controls } from '../controls/catalogue.ts';
import type { MerlonError } from '../kernel/errors.ts';
import { languages } from '../kernel/text.ts';
import { checks } from '../scanner/checks/index.ts';
import { runControls } from './run-controls.ts';
import { columnsOf } from '../kernel/columns.ts';

function shown(id: string | undefined, more: { language?: 'en' | 'zh'; asJson?: boolean } = {}): string {
  let text = '';
  runControls(id, { language: 'en', asJson: false, print: (some) => (text += some), ...more });
  return text;
}

describe('merlon controls', () => {
  it.each(languages)('lists all 20 in %s, aligned', (language) => {
    const lines = shown(undefined, { language }).split('\n');
    expect(lines.map((line) => line.slice(0, 3))).toEqual(controls.map(({ id }) => id));
    for (const [index, { title }] of controls.entries()) expect(lines[index]).toContain(title[language]);
  });

  it('gives the same as JSON, with the checks of each', () => {
    const data = JSON.parse(shown(undefined, { asJson: true })) as {
      controls: { id: string; checks: { id: string }[] }[];
    };
    expect(data.controls.map(({ id }) => id)).toEqual(controls.map(({ id }) => id));
    const named = data.controls.flatMap((control) => control.checks.map(({ id }) => id));
    expect(named.toSorted()).toEqual(checks.map(({ id }) => id).toSorted());
  });
});

describe('merlon controls ID', () => {
  it.each(controls.flatMap(({ id }) => languages.map((language) => [id, language] as const)))(
    'explains %s in %s within 100 columns',
    (id, language) => {
      const text = shown(id, { language });
      for (const line of text.split('\n')) expect(columnsOf(line)).toBeLessThanOrEqual(100);
      expect(text).toContain(controls.find((control) => control.id === id)?.title[language]);
      for (const check of checks) expect(text.includes(`${check.id} (`)).toBe(check.control === id);
    },
  );

  it('takes what people write', () => {
    expect(shown('c9')).toBe(shown('C09'));
  });

  it('gives one as JSON', () => {
    expect(JSON.parse(shown('C13', { asJson: true }))).toMatchObject({ id: 'C13', verification: 'manual' });
  });

  it.each(['C21', 'C1O', 'audit', ''])('is a usage error for %j', (id) => {
    expect(() => shown(id)).toThrow(expect.objectContaining({ code: 'USAGE' }) as MerlonError);
  });
});
