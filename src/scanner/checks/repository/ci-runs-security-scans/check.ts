import { defineCheck, pass, unseen, warn } from '../../../check.ts';

export const ciRunsSecurityScans = defineCheck({
  id: 'ci-runs-security-scans',
  control: 'C20',
  part: 'repository',
  severity: 'medium',
  title: { en: 'CI scans code, dependencies or secrets.', zh: 'CI 对代码、依赖或密钥进行安全扫描。' },
  remedy: {
    en: 'Add a scanner of dependencies and one of code or secrets to CI, such as osv-scanner or npm audit, CodeQL or semgrep, and gitleaks. Run merlon scan on the deployment.',
    zh: '在 CI 中加入依赖扫描以及代码或密钥扫描，例如 osv-scanner 或 npm audit、CodeQL 或 semgrep、gitleaks。对部署运行 merlon scan。',
  },
  ask({ ci, missed }) {
    const scanning = ci.filter(({ scans }) => scans.length > 0);
    if (scanning.length > 0) {
      const names = [...new Set(scanning.flatMap(({ scans }) => scans))].join(', ');
      return pass({ en: `CI runs ${names}.`, zh: `CI 运行 ${names}。` }, { where: { file: scanning[0]?.file ?? '' } });
    }
    if (missed !== undefined) return unseen(missed);
    return ci.length === 0
      ? warn({ en: 'No CI configuration was found.', zh: '未发现 CI 配置。' }, { severity: 'low' })
      : warn({
          en: `No known scanner is run by ${ci
            .map(({ file }) => file)
            .slice(0, 5)
            .join(', ')}.`,
          zh: `${ci
            .map(({ file }) => file)
            .slice(0, 5)
            .join('、')} 未运行任何已知的扫描器。`,
        });
  },
});
