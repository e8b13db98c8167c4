import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestRecordFacts } from '../../facts/host.ts';
import { blind, type Look, saw } from '../../look.ts';
import { MAX_RECORD_BYTES, readTestRecord, recordFileName } from '../../test-run/record.ts';
import { readSystemFile, whyNot } from '../read-system-file.ts';

/** Most records that are read, the newest first: their names begin with their date. */
const MAX_RECORDS = 200;

/** The records of security tests in a folder, newest first. */
export async function lookAtRecords(folder: string | undefined): Promise<Look<readonly TestRecordFacts[]>> {
  if (folder === undefined) {
    return blind(
      'not-asked',
      'No folder with records of security tests was named.',
      '未指定安全测试记录所在的文件夹。',
    );
  }
  try {
    const names = (await readdir(folder)).filter((name) => recordFileName.test(name));
    const newest = names.sort().toReversed().slice(0, MAX_RECORDS);
    const records: TestRecordFacts[] = [];
    for (const name of newest) {
      const text = await readSystemFile(join(folder, name), MAX_RECORD_BYTES);
      const record = 'saw' in text ? readTestRecord(text.saw, name) : undefined;
      if (record !== undefined) records.push(record);
    }
    return saw(records.sort((a, b) => b.when - a.when));
  } catch (error) {
    const why = whyNot(folder, error);
    // No folder yet: no test was ever recorded.
    return why.blind === 'not-offered' ? saw([]) : why;
  }
}
