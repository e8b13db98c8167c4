import { defineCheck, pass, warn } from '../../../check.ts';
import { byUpstream, namesOf } from '../by-upstream.ts';

/** Asks whether tools run in a sandbox. */
export const apiToolSandbox = defineCheck({
  id: 'api-tool-sandbox',
  control: 'C13',
  part: 'api',
  severity: 'medium',
  basis: 'told',
  title: {
    en: 'Tools run in a sandbox.',
    zh: '工具在沙箱中运行。',
  },
  remedy: {
    en: 'Run the upstream in a sandbox that takes away files, network and privileges it does not need.',
    zh: '让上游在沙箱中运行，去除其不需要的文件、网络和特权。',
  },
  ask(facts) {
    return byUpstream(facts, (tools, more) => {
      const loose = tools.filter(({ security }) => security?.sandbox_enabled !== true);
      if (loose.length > 0) {
        const seen = {
          en: `${loose.length} of ${tools.length} tools run outside a sandbox: ${namesOf(loose)}.`,
          zh: `${tools.length} 个工具中有 ${loose.length} 个在沙箱之外运行：${namesOf(loose)}。`,
        };
        return warn(seen, more);
      }
      return pass(
        { en: `All ${tools.length} tools are confined.`, zh: `全部 ${tools.length} 个工具均受限运行。` },
        more,
      );
    });
  },
});
