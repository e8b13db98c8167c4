/** Tools of this organisation begin with the team that owns them: `billing_refund`. */
const teams = ['billing', 'support', 'search'];

interface Facts {
  readonly server: string;
  readonly tools: readonly { readonly name: string }[];
}

function answer(outcome: string, subject: string, en: string, zh: string) {
  return { outcome, subject, evidence: [{ seen: { en, zh } }] };
}

export const checks = [
  {
    id: 'tool-names-its-team',
    control: 'C14',
    part: 'tools',
    severity: 'low',
    title: { en: 'Every tool is named after the team that owns it.', zh: '每个工具都以负责团队命名。' },
    remedy: { en: `Begin the name with one of ${teams.join(', ')}.`, zh: `名称以 ${teams.join('、')} 之一开头。` },
    ask: ({ tools }: Facts) =>
      tools.map(({ name }) => {
        const [team = ''] = name.split('_');
        return teams.includes(team)
          ? answer('pass', name, `${name} belongs to ${team}.`, `${name} 属于 ${team}。`)
          : answer('fail', name, `${name} names no team.`, `${name} 没有团队名称。`);
      }),
  },
];
