import { defineCheck, fail, notApplicable, pass, warn } from '../../../check.ts';
import { numberOf, said, sentence, settingOf, switchOf, textOf, unresolved, whereOf } from '../setting.ts';

const PATH = 'server.tls_min_version';

/** C02: no TLS version before 1.2 is accepted (RFC 8996). */
export const configTlsMinimum = defineCheck<'config'>({
  id: 'config-tls-minimum',
  control: 'C02',
  part: 'config',
  severity: 'high',
  title: {
    en: 'The oldest TLS version that the configuration accepts is 1.2 or 1.3.',
    zh: '配置接受的最低 TLS 版本为 1.2 或 1.3。',
  },
  remedy: { en: 'Set `server.tls_min_version: TLSv1.3`.', zh: '设置 `server.tls_min_version: TLSv1.3`。' },
  ask(facts) {
    const elsewhere = unresolved(facts, [PATH]);
    if (elsewhere !== undefined) return elsewhere;
    const where = whereOf(facts, PATH);
    const seen = sentence(said(facts, PATH));
    if (switchOf(facts, 'server.secure') === false)
      return notApplicable(sentence(said(facts, 'server.secure')), { where });
    if (settingOf(facts, PATH) === undefined) return warn(seen, { where, severity: 'medium' });
    const version = versionOf(textOf(facts, PATH) ?? String(numberOf(facts, PATH) ?? settingOf(facts, PATH)?.value));
    if (version === '1.2' || version === '1.3') return pass(seen, { where });
    return version === undefined ? warn(seen, { where, severity: 'medium' }) : fail(seen, { where });
  },
});

/** `TLSv1.2`, `tls1_2`, `TLS 1.2`, `1.2` are one; undefined for what is no version. */
function versionOf(text: string): string | undefined {
  const bare = text
    .toLowerCase()
    .replaceAll(/[ _]/g, '.')
    .replace(/^tls\.?v?\.?/, '');
  const modern = /^1\.?([23])$/.exec(bare)?.[1];
  if (modern !== undefined) return `1.${modern}`;
  return /^(ssl|1)/.test(bare) ? 'old' : undefined;
}
