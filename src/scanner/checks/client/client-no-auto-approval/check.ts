import { type Answer, defineCheck, fail, pass, warn } from '../../../check.ts';
import type { ClientFacts, ServerEntryFacts } from '../../../facts/client.ts';
import { about, eachEnabled, holds, noServers, seen } from '../each-server.ts';

type Approval = ServerEntryFacts['approvals'][number];

export const clientNoAutoApproval = defineCheck({
  id: 'client-no-auto-approval',
  control: 'C14',
  part: 'client',
  severity: 'high',
  title: { en: 'The client asks before it calls tools.', zh: '客户端在调用工具前会询问。' },
  remedy: {
    en: 'Take the approval out, or name only tools that read and cannot reach other people.',
    zh: '移除自动批准，或仅列出只读且无法对外发送数据的工具。',
  },
  ask: (facts) => {
    const settings = facts.settings.flatMap(ofSetting);
    const servers = eachEnabled(facts, noServers, ofServer);
    const isEmpty = servers.every(({ outcome }) => outcome === 'not-applicable');
    return settings.length > 0 && isEmpty ? settings : [...settings, ...servers];
  },
});

function ofServer(server: ServerEntryFacts): Answer {
  const given = server.approvals.filter(({ value }) => isGiven(value));
  if (given.length === 0) return holds(server, 'Every tool is asked for.', '每个工具都需确认。');
  const evidence = given.map((approval) => seen(...sentence(approval), approval.where));
  if (given.some(({ value }) => isEverything(value))) return about(server, 'fail', evidence);
  const isReading = given.every(({ value }) => namesIn(value).every(isReadOnlyName));
  return about(server, 'warn', evidence, { severity: isReading ? 'low' : 'medium' });
}

function isGiven(value: unknown): boolean {
  return (
    value === true || (typeof value === 'string' && value !== '' && value !== 'false') || namesIn(value).length > 0
  );
}

function namesIn(value: unknown): string[] {
  // Some clients are found to hold an empty name, which approves nothing.
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string' && each !== '') : [];
}

function isEverything(value: unknown): boolean {
  return value === true || value === '*' || value === 'true' || namesIn(value).includes('*');
}

const READING =
  /^(get|list|read|search|find|fetch|query|describe|show|view|lookup|resolve|count|check|status|info|stat)(?![a-z])/;

function isReadOnlyName(name: string): boolean {
  const plain = name.replaceAll(/([a-z])([A-Z])/g, '$1_$2').toLowerCase();
  return READING.test(plain.split(/__|[./]/).at(-1) ?? '');
}

function sentence({ key, value }: Approval): [string, string] {
  if (isEverything(value))
    return [`${key} lets every tool be used without a question.`, `${key} 允许所有工具免确认使用。`];
  const names = namesIn(value);
  const shown = names.slice(0, 8).join(', ') + (names.length > 8 ? ' …' : '');
  return [
    `${key} lets ${names.length} tools be used without a question: ${shown}.`,
    `${key} 允许 ${names.length} 个工具免确认使用：${shown}。`,
  ];
}

function ofSetting({ path, value, where }: ClientFacts['settings'][number]): Answer {
  const name = path.join('.');
  const more = { subject: name, where };
  if (value === true || value === 'bypassPermissions') {
    return fail({ en: `${name} is ${value}: nothing is asked.`, zh: `${name} 为 ${value}：不会询问。` }, more);
  }
  if (value === false || name === 'permissions.defaultMode') {
    return pass({ en: `${name} leaves the questions on.`, zh: `${name} 保留询问。` }, more);
  }
  return warn(
    { en: `${name} approves some tools beforehand.`, zh: `${name} 预先批准了部分工具。` },
    { ...more, severity: 'low' },
  );
}
