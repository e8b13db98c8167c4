import { defineCheck, notApplicable, pass, unseen, warn } from '../../../check.ts';

export const testsPresent = defineCheck({
  id: 'tests-present',
  control: 'C19',
  part: 'repository',
  severity: 'low',
  title: { en: 'The repository has tests.', zh: '仓库有测试。' },
  remedy: {
    en: 'Write tests, of what must not be possible too: no token, a wrong one, a path outside, an argument that is too long.',
    zh: '编写测试，也要覆盖不应允许的情况：没有令牌、令牌错误、越界路径、过长的参数。',
  },
  ask({ hasTests, ecosystems, missed }) {
    if (hasTests) return pass({ en: 'There are test files.', zh: '有测试文件。' });
    if (missed !== undefined) return unseen(missed);
    return ecosystems.length === 0
      ? notApplicable({ en: 'No package manifest was found.', zh: '未发现软件包清单文件。' })
      : warn({ en: 'No test file was found.', zh: '未发现测试文件。' });
  },
});
