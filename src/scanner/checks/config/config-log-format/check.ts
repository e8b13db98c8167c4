import { defineCheck, pass, warn } from '../../../check.ts';
import { said, sentence, textOf, unresolved, whereOf } from '../setting.ts';

const PATH = 'logging.format';

/** C16: what watches the server can read what it writes. */
export const configLogFormat = defineCheck<'config'>({
  id: 'config-log-format',
  control: 'C16',
  part: 'config',
  severity: 'low',
  title: { en: 'The server log is written for machines to read.', zh: '服务器日志采用机器可读的格式。' },
  remedy: { en: 'Set `logging.format: json`.', zh: '设置 `logging.format: json`。' },
  ask(facts) {
    const elsewhere = unresolved(facts, [PATH]);
    if (elsewhere !== undefined) return elsewhere;
    const where = whereOf(facts, PATH);
    const isStructured = /^(json|jsonl|ndjson|logfmt|ecs|gelf|otlp|structured)$/i.test(textOf(facts, PATH) ?? '');
    return (isStructured ? pass : warn)(sentence(said(facts, PATH)), { where });
  },
});
