import { type Answer, defineCheck, fail, pass, unseen } from '../../../check.ts';
import type { Era } from '../../../../kernel/mcp-eras.ts';
import type { DoorFacts, Exchange, ProbeName } from '../../../facts/door.ts';
import { blind } from '../../../look.ts';
import { eras, exchangeOf, notSpoken } from '../by-era.ts';
import { isOpened } from '../opened.ts';
import { detailsIn, kindsOfDetail } from './details-in.ts';

/** Requests that a server has to answer with an error. */
const MISTAKES: readonly ProbeName[] = [
  'invalid-json',
  'unknown-method',
  'unknown-tool',
  'deep-json',
  'header-mismatch',
  'version-unknown',
  'unknown-session',
  'oversized-body',
];

const NO_ERRORS = blind('error', 'No error of the server was seen.', '没有看到服务器的任何错误应答。');

/** What goes wrong inside is for the server's log, not for whoever made it go wrong. */
export const errorDetailsHidden = defineCheck({
  id: 'error-details-hidden',
  control: 'C08',
  part: 'door',
  severity: 'medium',
  title: { en: 'Errors say nothing of the inside of the server.', zh: '错误应答不泄露服务器内部信息。' },
  remedy: {
    en: 'Answer errors with a code and a sentence of your own, put the rest into the log under an id, and run in production mode (`NODE_ENV=production`, `DEBUG=False`).',
    zh: '错误应答只给出代码和自己写的一句话，其余内容以编号记入日志；并以生产模式运行（`NODE_ENV=production`、`DEBUG=False`）。',
  },
  ask: (facts) => eras.map((era) => ({ ...judge(facts, era), subject: era })),
});

function judge(facts: DoorFacts, era: Era): Answer {
  const absent = notSpoken(facts, era);
  if (absent !== undefined) return unseen(absent);
  const bodies = MISTAKES.flatMap((name) => {
    const seen = exchangeOf(facts, era, name);
    return seen === undefined ? [] : [{ name, kinds: detailsIn(seen.body), isError: isErrorOfIts(seen) }];
  });
  const leaking = bodies.filter(({ kinds }) => kinds.length > 0);
  const [first] = leaking;
  if (first === undefined) {
    const errors = bodies.filter(({ isError }) => isError).length;
    // What keeps strangers out has not tried what they asked for, so nothing went wrong that could be told.
    if (errors === 0 || !isOpened(facts, era)) return unseen(NO_ERRORS);
    return pass({
      en: `${errors} errors say nothing of the inside.`,
      zh: `${errors} 个错误应答没有泄露内部信息。`,
    });
  }
  const kinds = [...new Set(leaking.flatMap((one) => one.kinds))];
  const probes = leaking.map(({ name }) => name).join(', ');
  const en = kinds.map((kind) => kindsOfDetail[kind].en).join(', ');
  const zh = kinds.map((kind) => kindsOfDetail[kind].zh).join('、');
  const where = { url: facts.url, probe: `${era}: ${first.name}` };
  return fail(
    { en: `Errors show ${en} (${probes}).`, zh: `错误应答中出现${zh}（${probes}）。` },
    kinds.includes('secret') ? { where, severity: 'critical' } : { where },
  );
}

/** An error over what was asked, and not a refusal of who asked, nor how often. */
function isErrorOfIts({ status, rpc }: Exchange): boolean {
  if (rpc?.error !== undefined) return true;
  return status >= 400 && status !== 401 && status !== 403 && status !== 429;
}
