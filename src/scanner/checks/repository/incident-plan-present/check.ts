import { defineCheck, pass, unseen, warn } from '../../../check.ts';

export const incidentPlanPresent = defineCheck({
  id: 'incident-plan-present',
  control: 'C18',
  part: 'repository',
  severity: 'low',
  title: { en: 'A document says how incidents are handled.', zh: '有文档说明如何处理安全事件。' },
  remedy: {
    en: 'Write down levels and response times, who decides, how a tool or a caller is cut off, how evidence is kept, and whom to inform.',
    zh: '写明事件级别和响应时间、由谁决定、如何切断工具或调用者、如何保全证据、需要通知谁。',
  },
  ask({ incidentDocs, missed }) {
    const [file] = incidentDocs;
    if (file !== undefined) return pass({ en: `${file} is there.`, zh: `有 ${file}。` }, { where: { file } });
    if (missed !== undefined) return unseen(missed);
    return warn({
      en: 'No document about incidents was found here; it may be kept elsewhere.',
      zh: '此处未发现关于安全事件的文档；它可能存放在别处。',
    });
  },
});
