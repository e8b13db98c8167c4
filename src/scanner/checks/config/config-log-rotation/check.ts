import { defineCheck, notApplicable } from '../../../check.ts';
import { judgeRotation } from '../rotation.ts';
import { settingOf } from '../setting.ts';

/** C10: the server log does not grow for ever in one file. */
export const configLogRotation = defineCheck<'config'>({
  id: 'config-log-rotation',
  control: 'C10',
  part: 'config',
  severity: 'low',
  title: { en: 'The server log begins new files by time or size.', zh: '服务器日志按时间或大小轮换。' },
  remedy: { en: 'Set `logging.rotation: daily`.', zh: '设置 `logging.rotation: daily`。' },
  ask(facts) {
    if (settingOf(facts, 'logging.path') === undefined) {
      return notApplicable({ en: 'The file names no server log.', zh: '文件未指定服务器日志。' });
    }
    return judgeRotation(facts, {
      byTime: 'logging.rotation',
      bySize: ['logging.max_bytes', 'logging.max_size', 'logging.max_file_size'],
    });
  },
});
