import { defineCheck, fail, notApplicable, pass, warn } from '../../../check.ts';
import type { Answer } from '../../../check.ts';
import type { ConfigFacts } from '../../../facts/config.ts';
import { said, sentence, settingOf, switchOf, textOf, unresolved, upstreamsOf, whereOf } from '../setting.ts';

const ON = 'security.sandbox_enabled';
const TYPE = 'security.sandbox_type';

/** C13: programs that the server starts are confined. */
export const configSandboxOn = defineCheck<'config'>({
  id: 'config-sandbox-on',
  control: 'C13',
  part: 'config',
  severity: 'high',
  title: { en: 'The programs that the server starts are confined.', zh: '服务器启动的程序在沙箱中运行。' },
  remedy: {
    en: 'Set `security.sandbox_enabled: true` and a `security.sandbox_type` that this machine has.',
    zh: '设置 `security.sandbox_enabled: true`，并选择本机具备的 `security.sandbox_type`。',
  },
  ask(facts) {
    const elsewhere = unresolved(facts, [ON, TYPE]);
    if (elsewhere !== undefined) return elsewhere;
    return facts.isMerlon ? ofMerlon(facts) : ofOthers(facts);
  },
});

function isOff(facts: ConfigFacts): boolean {
  return (
    switchOf(facts, ON) === false ||
    /^(none|off|false|no)$/i.test(textOf(facts, TYPE) ?? '') ||
    settingOf(facts, TYPE)?.value === false
  );
}

function ofOthers(facts: ConfigFacts): Answer {
  const seen = sentence(said(facts, ON), said(facts, TYPE));
  const where = whereOf(facts, ON);
  if (isOff(facts)) return fail(seen, { where });
  if (switchOf(facts, ON) === true && textOf(facts, TYPE) !== undefined) return pass(seen, { where });
  return warn(seen, { where, severity: 'medium' });
}

function ofMerlon(facts: ConfigFacts): Answer {
  const programs = upstreamsOf(facts).filter(({ command }) => command !== undefined);
  if (programs.length === 0) {
    return notApplicable({ en: 'The gateway starts no programs.', zh: '网关不启动任何程序。' });
  }
  const where = whereOf(facts, ON);
  if (isOff(facts)) return fail(sentence(said(facts, ON), said(facts, TYPE)), { where });
  const seen = {
    en: `${said(facts, ON).en}, and not enforced: this version of Merlon does not confine the programs that it starts (${programs.length}).`,
    zh: `${said(facts, ON).zh}，但尚未生效：此版本的 Merlon 不会限制它所启动的 ${programs.length} 个程序。`,
  };
  return warn(seen, { where });
}
