import { type Answer, defineCheck, notApplicable, pass, unseen, warn } from '../../../check.ts';
import { blind } from '../../../look.ts';

/** C07: who takes the disk has not taken the data. */
export const disksEncrypted = defineCheck<'host'>({
  id: 'disks-encrypted',
  control: 'C07',
  part: 'host',
  severity: 'medium',
  title: { en: 'The disks that keys and logs lie on are encrypted.', zh: '存放密钥与日志的磁盘已加密。' },
  remedy: {
    en: 'Put them on an encrypted volume, such as LUKS, or on an encrypted disk of the cloud.',
    zh: '将其放在加密卷（如 LUKS）或云端加密磁盘上。',
  },
  ask({ disks }) {
    if (disks.length === 0) return notApplicable({ en: 'No disk was looked at.', zh: '没有检查任何磁盘。' });
    return disks.map(({ path, facts }): Answer => {
      const more = { subject: path };
      if ('blind' in facts) return unseen(facts, more);
      const { device, fileSystem, isEncrypted } = facts.saw;
      const seen = (state: string, zh: string) => ({
        en: `${path} (${device}, ${fileSystem}) ${state}.`,
        zh: `${path}（${device}，${fileSystem}）${zh}。`,
      });
      if (isEncrypted === true) return pass(seen('is encrypted', '已加密'), more);
      if (isEncrypted === false) return warn(seen('is not encrypted by this system', '未被本系统加密'), more);
      const { en, zh } = seen(
        'is virtual, in memory or on a network: whether it is encrypted cannot be seen from here',
        '为虚拟、内存或网络磁盘：无法由此判断是否加密',
      );
      return unseen(blind('unreadable', en, zh), more);
    });
  },
});
