import type { Text } from '../../kernel/text.ts';
import type { Outcome, Severity } from '../check.ts';
import type { Attestation } from '../scan-result.ts';
import type { TargetKind } from '../target.ts';

/** What outcomes are called. */
export const outcomeWords: Readonly<Record<Outcome, Text>> = {
  pass: { en: 'pass', zh: '通过' },
  fail: { en: 'fail', zh: '失败' },
  warn: { en: 'warn', zh: '警告' },
  manual: { en: 'manual', zh: '待人工' },
  unknown: { en: 'unknown', zh: '未知' },
  'not-applicable': { en: 'n/a', zh: '不适用' },
};

/** What severities are called. */
export const severityWords: Readonly<Record<Severity, Text>> = {
  critical: { en: 'critical', zh: '严重' },
  high: { en: 'high', zh: '高危' },
  medium: { en: 'medium', zh: '中危' },
  low: { en: 'low', zh: '低危' },
  info: { en: 'info', zh: '提示' },
};

/** What kinds of targets are called. */
export const targetWords: Readonly<Record<TargetKind, Text>> = {
  server: { en: 'server', zh: '服务器' },
  'server-config': { en: 'server configuration', zh: '服务器配置' },
  'client-config': { en: 'client configuration', zh: '客户端配置' },
  manifest: { en: 'manifest', zh: '清单文件' },
  tools: { en: 'tool list', zh: '工具列表' },
  stdio: { en: 'program', zh: '程序' },
  host: { en: 'host', zh: '主机' },
  repository: { en: 'repository', zh: '代码仓库' },
  deployment: { en: 'deployment', zh: '整体部署' },
};

/** What states of an attestation are called. */
export const stateWords: Readonly<Record<Attestation['state'], Text>> = {
  valid: { en: 'valid', zh: '有效' },
  expired: { en: 'expired', zh: '已过期' },
  'evidence-changed': { en: 'the evidence has changed', zh: '证据已变更' },
  'evidence-missing': { en: 'the evidence is not there', zh: '证据缺失' },
};

/** The fixed words of reports. */
export const words = {
  title: { en: 'MCP security baseline', zh: 'MCP 安全基线评估报告' },
  controls: { en: 'Controls', zh: '控制项' },
  findings: { en: 'Findings', zh: '发现项' },
  targets: { en: 'Targets', zh: '扫描目标' },
  profile: { en: 'Profile', zh: '基线等级' },
  scannedAt: { en: 'Scanned', zh: '扫描时间' },
  took: { en: 'Duration', zh: '耗时' },
  grade: { en: 'Grade', zh: '评级' },
  noGrade: { en: 'No grade', zh: '无评级' },
  points: { en: 'points', zh: '分' },
  score: { en: 'Score', zh: '评分' },
  passed: { en: 'passed', zh: '通过' },
  failed: { en: 'failed', zh: '失败' },
  warned: { en: 'warnings', zh: '警告' },
  remedy: { en: 'Remedy', zh: '修复建议' },
  evidence: { en: 'Evidence', zh: '证据' },
  severity: { en: 'Severity', zh: '严重程度' },
  outcome: { en: 'Outcome', zh: '结果' },
  control: { en: 'Control', zh: '控制项' },
  check: { en: 'Check', zh: '检查' },
  target: { en: 'Target', zh: '目标' },
  subject: { en: 'Subject', zh: '对象' },
  fingerprint: { en: 'Fingerprint', zh: '指纹' },
  priority: { en: 'Priority', zh: '优先级' },
  verification: { en: 'Verification', zh: '验证方式' },
  reason: { en: 'Why', zh: '原因' },
  off: { en: 'switched off by the baseline', zh: '已被基线关闭' },
  waived: { en: 'accepted', zh: '已接受' },
  until: { en: 'until', zh: '有效期至' },
  gateHolds: { en: 'The gate holds.', zh: '门禁通过。' },
  gateFails: { en: 'The gate fails.', zh: '门禁未通过。' },
  notReachedTitle: { en: 'Could not be looked at', zh: '无法检查的目标' },
  notReached: { en: 'could not be looked at', zh: '无法检查' },
  fresh: { en: 'new', zh: '新增' },
  fixed: { en: 'fixed', zh: '已修复' },
  unchanged: { en: 'unchanged', zh: '未变' },
  notLooked: { en: 'not looked at this time', zh: '本次未检查' },
  told: { en: 'as the server says of itself', zh: '服务器自述' },
  toDoFirst: { en: 'What to do first', zh: '优先处理' },
  openFindings: { en: 'Findings by severity', zh: '按严重程度统计' },
  contents: { en: 'Contents', zh: '目录' },
  reached: { en: 'looked at', zh: '已检查' },
  required: { en: 'required by the profile', zh: '基线必需' },
  passedChecks: { en: 'Checks that pass or do not apply', zh: '通过或不适用的检查' },
  toDo: { en: 'What to do', zh: '待处理' },
  otherFindings: { en: 'Everything else that was looked at', zh: '其余检查结果' },
  andMore: { en: 'and # more', zh: '等另外 # 项' },
  colon: { en: ': ', zh: '：' },
  comma: { en: ', ', zh: '，' },
  tellAll: { en: '--all tells each of these in full.', zh: '--all 可查看以上各项的详情。' },
  also: { en: ', then #', zh: '，其后 #' },
  changes: { en: 'Changes', zh: '变化' },
  forPeople: { en: 'For a person', zh: '需要人工' },
  unseen: { en: 'Not seen', zh: '未能检查' },
  nothingFound: { en: 'nothing to do', zh: '没有待处理项' },
  generatedBy: { en: 'Made by Merlon', zh: '由 Merlon 生成' },
} as const satisfies Record<string, Text>;
