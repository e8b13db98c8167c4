import { defineCheck, fail, pass, warn } from '../../../check.ts';
import type { ApiTool } from '../../../facts/api.ts';
import { byUpstream, namesOf } from '../by-upstream.ts';

/** Asks whether every tool needs a permission of its own. */
export const apiToolScopes = defineCheck({
  id: 'api-tool-scopes',
  control: 'C14',
  part: 'api',
  severity: 'medium',
  basis: 'told',
  title: {
    en: 'Every tool needs a permission that names it.',
    zh: '每个工具都需要指明它的权限。',
  },
  remedy: {
    en: 'Give every tool a permission scope of its own.',
    zh: '为每个工具配置各自的权限范围。',
  },
  ask(facts) {
    return byUpstream(facts, (tools, more) => {
      const bare = tools.filter(({ security }) => security === undefined);
      if (bare.length > 0) {
        const seen = {
          en: `${bare.length} of ${tools.length} tools have no security properties: ${namesOf(bare)}.`,
          zh: `${tools.length} 个工具中有 ${bare.length} 个未配置安全属性：${namesOf(bare)}。`,
        };
        return fail(seen, more);
      }
      const wide = tools.filter(isWide);
      if (wide.length > 0) {
        const seen = {
          en: `${wide.length} of ${tools.length} tools have no scope, or one that is everything: ${namesOf(wide)}.`,
          zh: `${tools.length} 个工具中有 ${wide.length} 个没有权限范围或范围为全部：${namesOf(wide)}。`,
        };
        return warn(seen, more);
      }
      const seen = { en: `All ${tools.length} tools have a scope.`, zh: `全部 ${tools.length} 个工具均有权限范围。` };
      return pass(seen, more);
    });
  },
});

const EVERYTHING = new Set(['', '*', '*:*']);

function isWide({ security }: ApiTool): boolean {
  const scopes = security?.permission_scopes ?? [];
  return scopes.length === 0 || scopes.some((scope) => EVERYTHING.has(scope));
}
