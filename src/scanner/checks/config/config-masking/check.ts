import { type Answer, defineCheck, fail, manual, pass, warn } from '../../../check.ts';
import type { ConfigFacts } from '../../../facts/config.ts';
import { firstOf, said, sentence, settingOf, switchOf, textOf, unresolved, whereOf } from '../setting.ts';

const MASKS = [
  'security.mask_secrets',
  'security.mask_sensitive_data',
  'security.data_masking',
  'logging.mask_secrets',
  'logging.mask',
  'logging.masking',
  'logging.redact',
];

/** C08: what is written down holds no secrets. */
export const configMasking = defineCheck<'config'>({
  id: 'config-masking',
  control: 'C08',
  part: 'config',
  severity: 'medium',
  title: {
    en: 'What is logged is masked, and no more than is needed is logged.',
    zh: '日志内容会脱敏，且不记录多余的信息。',
  },
  remedy: {
    en: 'Leave `security.mask_secrets` on, and `logging.level` at `INFO` or above.',
    zh: '保持 `security.mask_secrets` 开启，`logging.level` 设为 `INFO` 或更高。',
  },
  ask(facts) {
    return [...level(facts), masking(facts)];
  },
});

function level(facts: ConfigFacts): Answer[] {
  const path = 'logging.level';
  if (settingOf(facts, path) === undefined) return [];
  const elsewhere = unresolved(facts, [path]);
  if (elsewhere !== undefined) return [{ ...elsewhere, subject: path }];
  const more = { subject: path, where: whereOf(facts, path) };
  const isTalkative = /^(debug|trace|silly|all|verbose|finest)$/i.test(textOf(facts, path) ?? '');
  return [(isTalkative ? warn : pass)(sentence(said(facts, path)), more)];
}

function masking(facts: ConfigFacts): Answer {
  const found = firstOf(facts, MASKS);
  if (found === undefined) {
    const seen = {
      en: 'The file has no setting for masking: whether what is logged is masked cannot be seen in it.',
      zh: '文件没有脱敏设置：无法由此判断日志内容是否脱敏。',
    };
    return manual(seen, { subject: 'masking', where: { file: facts.file } });
  }
  const { path, setting } = found;
  const more = { subject: 'masking', where: setting.where };
  return (switchOf(facts, path) === false ? fail : pass)(sentence(said(facts, path)), more);
}
