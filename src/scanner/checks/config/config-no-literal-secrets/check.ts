import { type Answer, defineCheck, fail, pass, warn } from '../../../check.ts';
import type { Setting } from '../../../facts/config.ts';
import { isHeldSecret } from '../setting.ts';

/** Most secrets that are told one by one. */
const MAX_TOLD = 100;

/** C07: secrets are kept where the configuration only points to. */
export const configNoLiteralSecrets = defineCheck<'config'>({
  id: 'config-no-literal-secrets',
  control: 'C07',
  part: 'config',
  severity: 'high',
  title: { en: 'No secret stands in the configuration file.', zh: '配置文件中没有明文密钥。' },
  remedy: {
    en: 'Write `${env:NAME}` or `${file:path}` instead, and replace the secret if others have seen this file.',
    zh: '改写为 `${env:NAME}` 或 `${file:path}`；如果他人看过此文件，请更换该密钥。',
  },
  ask({ settings, file }) {
    const answers = Object.entries(settings).flatMap(([path, setting]) => judge(path, setting));
    const found = answers.filter(({ outcome }) => outcome !== 'pass');
    if (found.length > 0) return found.slice(0, MAX_TOLD);
    const count = answers.length;
    return pass(
      count === 0
        ? { en: 'The file holds no value that looks like a secret.', zh: '文件中没有疑似密钥的值。' }
        : { en: `Secrets that are references: ${count}.`, zh: `${count} 处密钥均为引用。` },
      { where: { file } },
    );
  },
});

function judge(path: string, { value, where }: Setting): Answer[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  const secrets = values.filter(isHeldSecret).map(({ secret }) => secret);
  const more = { where, subject: path };
  if (secrets.includes('literal')) {
    return [fail({ en: `\`${path}\` holds a secret as plain text.`, zh: `\`${path}\` 含有明文密钥。` }, more)];
  }
  if (secrets.includes('placeholder')) {
    const seen = {
      en: `\`${path}\` holds a placeholder: whoever fills it in here puts a secret into the file.`,
      zh: `\`${path}\` 是占位文本：在此处填入真实值就会把密钥写进文件。`,
    };
    return [warn(seen, { ...more, severity: 'medium' })];
  }
  return secrets.map(() => pass({ en: `\`${path}\` is a reference.`, zh: `\`${path}\` 是引用。` }, more));
}
