import { DAY_MS } from '../../../../kernel/clock.ts';
import { type Answer, defineCheck, fail, notApplicable, pass, unseen, warn } from '../../../check.ts';
import type { TestRecordFacts } from '../../../facts/host.ts';
import { dayOf } from '../../../written/day.ts';

/** C19: security tests were run lately, and passed. */
export const securityTestsRecent = defineCheck<'host'>({
  id: 'security-tests-recent',
  control: 'C19',
  part: 'host',
  severity: 'medium',
  title: { en: 'Security tests were run lately, and passed.', zh: '近期运行过安全测试且已通过。' },
  remedy: {
    en: 'Run `merlon test -s URL`, and have a scheduler run it again.',
    zh: '运行 `merlon test -s URL`，并定期自动重复运行。',
  },
  ask({ testRecords }, { now, thresholds }) {
    if ('blind' in testRecords) {
      // Nobody named a folder: that says nothing of tests.
      return testRecords.blind === 'not-asked' ? notApplicable(testRecords.why) : unseen(testRecords);
    }
    const latest = latestByTarget(testRecords.saw);
    if (latest.length === 0) return warn({ en: 'There is no record of a security test.', zh: '没有安全测试记录。' });
    return latest.map((record) => judge(record, now, thresholds.test_record_days));
  },
});

function latestByTarget(records: readonly TestRecordFacts[]): readonly TestRecordFacts[] {
  const latest = new Map<string, TestRecordFacts>();
  for (const record of records) {
    const known = latest.get(record.target);
    if (known === undefined || record.when > known.when) latest.set(record.target, record);
  }
  return [...latest.values()].slice(0, 100);
}

function judge({ file, when, target, passed, failed }: TestRecordFacts, now: number, days: number): Answer {
  const more = { subject: target, where: { file } };
  const date = dayOf(when);
  const seen = {
    en: `${date}: ${passed} tests of ${target} passed, ${failed} failed.`,
    zh: `${date}：${target} 的测试 ${passed} 项通过，${failed} 项失败。`,
  };
  if (failed > 0) return fail(seen, more);
  // A record from the future is no record of a test that was run.
  if (passed === 0 || when > now + DAY_MS || now - when > days * DAY_MS) return warn(seen, more);
  return pass(seen, more);
}
