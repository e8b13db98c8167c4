import type { ControlId } from '../../../controls/control.ts';
import type { Text } from '../../../kernel/text.ts';
import { type Answer, fail, manual, pass, unseen, warn } from '../../check.ts';
import type { ApiFacts, ControlReport } from '../../facts/api.ts';
import { blind } from '../../look.ts';

/** Facts that are quoted. */
const MOST_FACTS = 10;

/** A judgement of a report's figures: what is wrong with them, or undefined where they say nothing against it. */
export type Objection = (facts: ControlReport['facts'], enforced: 'yes' | 'partly') => Text | undefined;

/** Whether only the server itself can do it, or others around it may. */
export type Where = 'here' | 'or elsewhere';

/**
 * What a server says it does for a control. `no`, and figures that contradict it, fail; `partly` warns. Who says nothing
 * of the control is not asked about it. What may as well be done `or elsewhere`, and is not done here, a person answers.
 */
export function answerReported({ url, controls }: ApiFacts, id: ControlId, done: Where, objection?: Objection): Answer {
  const where = { url: `${url}/api/v2/controls` };
  if ('blind' in controls) return unseen(controls, { where });
  const report = controls.saw.find((one) => one.id === id);
  if (report === undefined) {
    return unseen(blind('not-offered', `The server says nothing of ${id}.`, `服务器未说明 ${id}。`), { where });
  }
  const { enforced, facts } = report;
  const figures = quoted(facts);
  if (enforced === 'no' && done === 'or elsewhere') {
    return manual(
      {
        en: 'The server says that it does not do it; whether something else does, a person has to say.',
        zh: '服务器自述未实施；是否由其他系统实施，需要人工作答。',
      },
      { where },
    );
  }
  if (enforced === 'no') {
    return fail(
      { en: `The server says that it does not do it${figures.en}.`, zh: `服务器自述未实施${figures.zh}。` },
      { where },
    );
  }
  const wrong = objection?.(facts, enforced);
  if (wrong !== undefined) return fail(wrong, { where });
  if (enforced === 'partly') {
    return warn(
      { en: `The server says that it does it in part${figures.en}.`, zh: `服务器自述部分实施${figures.zh}。` },
      { where },
    );
  }
  return pass(
    { en: `The server says that it does it${figures.en}.`, zh: `服务器自述已实施${figures.zh}。` },
    { where },
  );
}

function quoted(facts: ControlReport['facts']): Text {
  const entries = Object.entries(facts).slice(0, MOST_FACTS);
  if (entries.length === 0) return { en: '', zh: '' };
  const list = entries.map(([key, value]) => `${key} ${String(value)}`).join(', ');
  return { en: `: ${list}`, zh: `：${list}` };
}
