import type { Format } from '../../clients/client.ts';
import type { Text } from '../../kernel/text.ts';
import type { Answer, Check } from '../check.ts';
import { configAllowedOriginsNarrow } from '../checks/config/config-allowed-origins-narrow/check.ts';
import { configAuditOn } from '../checks/config/config-audit-on/check.ts';
import { configAuditRotation } from '../checks/config/config-audit-rotation/check.ts';
import { configAuthRequired } from '../checks/config/config-auth-required/check.ts';
import { configListenNarrow } from '../checks/config/config-listen-narrow/check.ts';
import { configLogRotation } from '../checks/config/config-log-rotation/check.ts';
import { configMasking } from '../checks/config/config-masking/check.ts';
import { configRateLimited } from '../checks/config/config-rate-limited/check.ts';
import { configSandboxOn } from '../checks/config/config-sandbox-on/check.ts';
import { configTlsMinimum } from '../checks/config/config-tls-minimum/check.ts';
import { itemsOf, listOf, settingOf, switchOf } from '../checks/config/setting.ts';
import { readConfigFacts } from '../collect/config/read-config-facts.ts';
import type { ConfigFacts } from '../facts/config.ts';
import { defaultThresholds } from '../thresholds.ts';
import type { FixNote } from './fix-client.ts';
import { setScalar } from './set-scalar.ts';

/** Whose configuration it is: only of Merlon's own is known which words it takes. */
export type Dialect = 'merlon' | 'other';

interface Rule {
  readonly check: Check<'config'>;
  readonly path: string;
  readonly to: string | boolean;
  /** Whether the setting itself is what the check finds. */
  readonly isWrong: (facts: ConfigFacts, path: string) => boolean;
  /** Why it cannot be changed here, where it cannot. */
  readonly butLeft?: (facts: ConfigFacts, dialect: Dialect) => Text | undefined;
}

const isOff: Rule['isWrong'] = (facts, path) => switchOf(facts, path) === false;
const isNever: Rule['isWrong'] = (facts, path) =>
  /^(never|none|off|no|false|0)$/i.test(String(settingOf(facts, path)?.value));
const always: Rule['isWrong'] = () => true;

/** In this order: what one switches on, the next ones judge. */
const RULES: readonly Rule[] = [
  { check: configTlsMinimum, path: 'server.tls_min_version', to: 'TLSv1.3', isWrong: always },
  { check: configListenNarrow, path: 'server.verify_host', to: true, isWrong: isOff },
  { check: configAllowedOriginsNarrow, path: 'server.verify_origin', to: true, isWrong: isOff },
  { check: configAuthRequired, path: 'auth.required', to: true, isWrong: isOff, butLeft: withoutProvider },
  { check: configAuditOn, path: 'security.audit_log_enabled', to: true, isWrong: isOff },
  { check: configAuditRotation, path: 'security.audit_log_rotation', to: 'daily', isWrong: isNever },
  { check: configRateLimited, path: 'security.rate_limiting', to: true, isWrong: isOff },
  { check: configSandboxOn, path: 'security.sandbox_enabled', to: true, isWrong: isOff },
  { check: configSandboxOn, path: 'security.sandbox_type', to: 'auto', isWrong: isNever, butLeft: ofOthers },
  { check: configMasking, path: 'security.mask_secrets', to: true, isWrong: isOff },
  { check: configMasking, path: 'logging.level', to: 'INFO', isWrong: isTalkative },
  { check: configLogRotation, path: 'logging.rotation', to: 'daily', isWrong: isNever },
];

/** The checks whose findings these changes mend. */
export const settingChecks: readonly string[] = [...new Set(RULES.map(({ check }) => check.id))];

/** What became of the settings of a configuration. */
export interface MendedSettings {
  readonly text: string;
  readonly done: readonly FixNote[];
  readonly left: readonly FixNote[];
}

/** Sets what weakens a server, where the file itself says it and a check finds it, to what is safe. */
export function mendSettings(
  text: string,
  { file, format, dialect, only }: { file: string; format: Format; dialect: Dialect; only: readonly string[] },
): MendedSettings {
  const done: FixNote[] = [];
  const left: FixNote[] = [];
  let now = text;
  for (const rule of RULES.filter(({ check }) => only.includes(check.id))) {
    const facts = readConfigFacts(now, file);
    const { path, check } = rule;
    if (!applies(rule, facts)) continue;
    const why = rule.butLeft?.(facts, dialect);
    const edited = why === undefined ? setScalar(now, format, path.split('.'), rule.to) : undefined;
    if (edited === undefined) left.push({ check: check.id, subject: path, text: why ?? BY_HAND });
    else {
      now = edited;
      done.push({ check: check.id, subject: path, text: { en: `it is ${rule.to} now.`, zh: `已改为 ${rule.to}。` } });
    }
  }
  if (only.includes(configAllowedOriginsNarrow.id)) left.push(...openOrigins(readConfigFacts(now, file)));
  return { text: now, done, left };
}

function applies({ check, path, isWrong }: Rule, facts: ConfigFacts): boolean {
  const setting = settingOf(facts, path);
  if (setting === undefined || setting.isDefault === true || !isWrong(facts, path)) return false;
  return answersOf(check, facts).some(({ outcome }) => outcome === 'fail' || outcome === 'warn');
}

function answersOf(check: Check<'config'>, facts: ConfigFacts): readonly Answer[] {
  return [check.ask(facts, { now: 0, kind: 'server-config', thresholds: defaultThresholds })].flat();
}

const BY_HAND: Text = {
  en: 'it is written in a way that is not changed here: change it by hand.',
  zh: '其写法无法在此安全修改：请手动修改。',
};

function withoutProvider(facts: ConfigFacts): Text | undefined {
  if (itemsOf(facts, 'auth.providers').length > 0) return undefined;
  return {
    en: 'no provider is named, so nobody could call: add one to auth.providers first.',
    zh: '未指定身份提供方，将无人能调用：请先在 auth.providers 中添加。',
  };
}

function ofOthers(_facts: ConfigFacts, dialect: Dialect): Text | undefined {
  if (dialect === 'merlon') return undefined;
  return {
    en: 'which sandboxes this server has is not known here: name one by hand.',
    zh: '此处不知该服务器支持哪些沙箱：请手动指定。',
  };
}

function isTalkative(facts: ConfigFacts, path: string): boolean {
  return /^(debug|trace|silly|all|verbose|finest)$/i.test(String(settingOf(facts, path)?.value));
}

/** Which origins are meant, nobody but the owner knows. */
function openOrigins(facts: ConfigFacts): FixNote[] {
  const path = Object.keys(facts.settings).find(
    (key) =>
      /(^|\.)(allowed_origins|cors_origins|origins|origin)$/.test(key) && listOf(facts, key)?.includes('*') === true,
  );
  if (path === undefined) return [];
  const text = {
    en: 'it lets every web page call the server: name the origins that need it.',
    zh: '它允许任何网页调用服务器：请逐一写明需要的来源。',
  };
  return [{ check: configAllowedOriginsNarrow.id, subject: path, text }];
}
