import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { languages } from '../../src/kernel/text.ts';
import { scanResult } from '../scan-result.ts';
import { anyScan } from './any-scan.ts';
import { rendered } from './rendered.ts';

const ajv = new Ajv2020({ allErrors: true });
addFormats.default(ajv);
const file = new URL('../../schema/scan-report.schema.json', import.meta.url);
const validate = ajv.compile(JSON.parse(readFileSync(file, 'utf8')));

describe('the JSON report', () => {
  it.each(languages)('in %s follows the schema that the package has', async (language) => {
    validate(JSON.parse(await rendered(scanResult(), 'json', language)));
    expect(validate.errors ?? []).toEqual([]);
    const bare = scanResult({
      gate: undefined,
      diff: undefined,
      grade: { letter: undefined, points: 0, caps: [], withheld: { en: 'x', zh: 'x' } },
    });
    validate(JSON.parse(await rendered(bare, 'json', language)));
    expect(validate.errors ?? []).toEqual([]);
  });

  it('would be found out: the schema refuses what is no report', () => {
    expect(validate({ version: 1 })).toBe(false);
  });

  it('follows it whatever the targets are called', async () => {
    await fc.assert(
      fc.asyncProperty(anyScan, async (scan) => {
        validate(JSON.parse(await rendered(scan, 'json')));
        expect(validate.errors ?? []).toEqual([]);
      }),
    );
  });
});
