import { defineCheck, notApplicable, pass, unseen, warn } from '../../../check.ts';

export const installScriptsAbsent = defineCheck({
  id: 'install-scripts-absent',
  control: 'C20',
  part: 'repository',
  severity: 'low',
  title: { en: 'Nothing runs when the package is installed.', zh: '安装软件包时不运行任何脚本。' },
  remedy: {
    en: 'Remove preinstall, install and postinstall from package.json: build before publishing instead (prepare, prepublishOnly).',
    zh: '从 package.json 中移除 preinstall、install 和 postinstall；改为在发布前构建（prepare、prepublishOnly）。',
  },
  ask({ installScripts, ecosystems, missed }) {
    if (installScripts.length > 0) {
      return installScripts
        .slice(0, 20)
        .map((script) =>
          warn(
            { en: `${script} runs on the machine of whoever installs it.`, zh: `${script} 会在安装者的机器上运行。` },
            { subject: script },
          ),
        );
    }
    if (missed !== undefined) return unseen(missed);
    return ecosystems.includes('npm')
      ? pass({ en: 'No manifest has an install script.', zh: '没有清单文件含安装脚本。' })
      : notApplicable({ en: 'There is no npm package.', zh: '没有 npm 软件包。' });
  },
});
