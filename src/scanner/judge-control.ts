import type { Control, ControlId } from '../controls/control.ts';
import type { Text } from '../kernel/text.ts';
import type { Outcome } from './check.ts';
import type { Attestation, ControlResult, Finding } from './scan-result.ts';

/** What is asked of a control besides its findings. */
export interface Asked {
  /** Whether the profile requires it. */
  readonly required: boolean;
  /** Whether a person has to confirm it on top of what was seen. */
  readonly needsAttestation: boolean;
  readonly attestation: Attestation | undefined;
}

/**
 * What all findings of a control come to. The order is the rule: a failure outweighs everything, then a warning, then
 * what an important check could not see; a person's word completes, and never outweighs, what was seen.
 */
export function judgeControl(control: Control, all: readonly Finding[], asked: Asked): ControlResult {
  const findings = all.filter(({ control: id, waiver }) => id === control.id && waiver === undefined);
  const waived = all.filter(({ control: id, waiver }) => id === control.id && waiver !== undefined);
  const [outcome, reason] = verdict(control, findings, waived, asked);
  return {
    id: control.id,
    outcome,
    reason,
    required: asked.required,
    findings: [...findings, ...waived].map(({ fingerprint }) => fingerprint),
    ...(asked.attestation === undefined ? {} : { attestation: asked.attestation }),
  };
}

type Verdict = readonly [Outcome, Text];

/** What every deployment has to answer for: that no target has an audit log to look at does not make one needless. */
const alwaysArises: ReadonlySet<ControlId> = new Set(['C09', 'C10', 'C16']);

function verdict(
  { verification, id }: Control,
  findings: readonly Finding[],
  waived: readonly Finding[],
  { needsAttestation, attestation }: Asked,
): Verdict {
  const of = (outcome: Outcome): Finding[] => findings.filter((finding) => finding.outcome === outcome);
  const [fails, warns, passes] = [of('fail'), of('warn'), of('pass')];
  const [worst] = fails;
  if (worst !== undefined) return ['fail', counted(fails, worst)];
  const dark = of('unknown').filter(({ severity }) => severity === 'critical' || severity === 'high');
  const [blindest] = dark;
  // Where another target showed it, one that did not answer still leaves a gap.
  if (blindest !== undefined) return ['unknown', counted(dark, blindest)];
  const [mild] = warns;
  if (mild !== undefined) return ['warn', counted(warns, mild)];
  const isAttested = attestation?.state === 'valid';
  const isShown = passes.some(({ severity }) => severity !== 'low' && severity !== 'info');
  const isManual = of('manual').length > 0 || needsAttestation || (!isShown && verification !== 'automatic');
  if (isManual && !isAttested) return ['manual', unanswered(id, attestation)];
  if (passes.length > 0 && !isShown && !isAttested) return ['warn', minor(passes)];
  if (passes.length > 0)
    return ['pass', held(passes, { isAttested, unseen: of('unknown').length, waived: waived.length })];
  if (isAttested) return ['pass', { en: 'A person answered for it.', zh: '已由负责人作答。' }];
  const [other] = of('unknown');
  if (other !== undefined) return ['unknown', counted(of('unknown'), other)];
  if (of('not-applicable').length > 0 && !alwaysArises.has(id))
    return ['not-applicable', { en: 'It does not arise here.', zh: '此处不涉及。' }];
  if (waived.length > 0)
    return ['not-applicable', { en: 'All that was found is accepted.', zh: '所有发现项均已被接受。' }];
  return ['unknown', { en: 'No target of this scan could show it.', zh: '本次扫描的目标都无法体现该项。' }];
}

function counted(findings: readonly Finding[], { evidence, title }: Finding): Text {
  const [first] = evidence;
  const seen = first?.seen ?? title;
  const rest = findings.length - 1;
  return rest === 0 ? seen : { en: `${seen.en} And ${rest} more.`, zh: `${seen.zh}另有 ${rest} 项。` };
}

/** Hygiene alone does not show a control: a server without a banner may mask nothing. */
function minor(passes: readonly Finding[]): Text {
  const many = passes.length;
  return {
    en: `Only minor checks pass (${many}); what matters was not seen.`,
    zh: `仅有次要检查通过（${many} 项），关键部分未能查看。`,
  };
}

interface Besides {
  readonly isAttested: boolean;
  /** Checks that could not look. */
  readonly unseen: number;
  /** Accepted findings. */
  readonly waived: number;
}

function held(passes: readonly Finding[], { isAttested, unseen, waived }: Besides): Text {
  const isTold = passes.every(({ basis }) => basis === 'told');
  const many = passes.length;
  if (isTold && !isAttested) {
    return {
      en: `The server says so itself (${many} ${many === 1 ? 'statement' : 'statements'}); nothing was seen from outside.`,
      zh: `仅为服务器自述（${many} 项），未从外部观察到。`,
    };
  }
  const also = isAttested ? { en: ', and a person answered for it', zh: '，且已由负责人作答' } : { en: '', zh: '' };
  const dark = unseen === 0 ? { en: '', zh: '' } : { en: `; ${unseen} could not look`, zh: `；${unseen} 项无法检查` };
  const open = waived === 0 ? { en: '', zh: '' } : { en: `; accepted: ${waived}`, zh: `；已接受 ${waived} 项` };
  return {
    en: `${many} ${many === 1 ? 'check passes' : 'checks pass'}${also.en}${dark.en}${open.en}.`,
    zh: `${many} 项检查通过${also.zh}${dark.zh}${open.zh}。`,
  };
}

function unanswered(id: ControlId, attestation: Attestation | undefined): Text {
  if (attestation === undefined) {
    return { en: `A person has to answer: merlon attest ${id}.`, zh: `需要人工作答：merlon attest ${id}。` };
  }
  const why = {
    valid: { en: 'holds', zh: '有效' },
    expired: { en: 'has expired', zh: '已过期' },
    'evidence-changed': { en: 'names evidence that has changed since', zh: '所附证据已变更' },
    'evidence-missing': { en: 'names evidence that is not there', zh: '所附证据不存在' },
  }[attestation.state];
  return { en: `The answer ${why.en}: merlon attest ${id}.`, zh: `人工答复${why.zh}：merlon attest ${id}。` };
}
