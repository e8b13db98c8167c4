import { describe, expect, it } from 'vitest';
import { load, TLS } from '../../test/config.ts';
import { type ControlId, controlIds } from '../controls/control.ts';
import { controlReports } from './control-reports.ts';

async function reportsOf(text: string) {
  const { config } = await load(text);
  const byId = new Map(controlReports(config).map((report) => [report.id, report]));
  return { ids: [...byId.keys()], of: (id: ControlId) => byId.get(id) };
}

describe('what is said of the controls', () => {
  it('covers all 20, in order', async () => {
    expect((await reportsOf(TLS)).ids).toEqual(controlIds);
  });

  it('shows the figures in force', async () => {
    const { of } = await reportsOf(`${TLS}security: { session_idle_seconds: 60, audit_log_rotation: hourly }\n`);
    expect(of('C06')?.facts).toEqual({ session_idle_seconds: 60, session_max_seconds: 28_800 });
    expect(of('C10')?.facts).toMatchObject({ audit_rotation: 'hourly', log_rotation: null });
  });

  it.each([
    ['C01', 'server: { secure: false }\n'],
    ['C03', `${TLS}auth: { required: false }\n`],
    ['C08', `${TLS}security: { mask_secrets: false }\n`],
    ['C09', `${TLS}security: { audit_log_enabled: false }\n`],
    ['C10', `${TLS}security: { audit_log_rotation: never }\n`],
    ['C11', `${TLS}server: { tls_cert: a.pem, tls_key: a.key, verify_host: false }\n`.replace(TLS, '')],
    ['C12', `${TLS}security: { rate_limiting: false }\n`],
  ] as const)('does not claim %s when it is switched off', async (id, text) => {
    expect((await reportsOf(TLS)).of(id)?.enforced).not.toBe('no');
    expect((await reportsOf(text)).of(id)?.enforced).toBe('no');
  });

  it('claims nothing for what is not there yet', async () => {
    const { of } = await reportsOf(TLS);
    const none = (['C13', 'C15', 'C17', 'C18'] as const).map((id) => of(id)?.enforced);
    expect(none).toEqual(['no', 'no', 'no', 'no']);
  });

  it.each([
    ['no', 'no task type', '', ''],
    ['partly', 'a role whose callers may do without a task', '', type('work')],
    ['yes', 'a default task for each role that may call any tool', ', default_task: work', type('work')],
    ['partly', 'a default task that gives everything', ', default_task: work', type('work', '*', false)],
  ])('says %s of tasks where there is %s', async (enforced, _, more, types) => {
    const text = `${TLS}permissions:
  roles:
    - { name: user, permissions: [execute:tool]${more} }
    - { name: reader, permissions: [execute:tool/files/read] }
  tasks: { types: [${types}] }
`;
    const { of } = await reportsOf(text);
    const facts = {
      task_types: types === '' ? 0 : 1,
      default_tasks: more === '' ? 0 : 1,
      roles_without_task: enforced === 'yes' ? 0 : 1,
    };
    expect(of('C05')).toEqual({ id: 'C05', enforced, facts });
    expect(of('C14')).toMatchObject({ enforced: 'partly', facts: { argument_constraints: types !== '' } });
  });
});

function type(name: string, tool = 'files/*', pinned = true): string {
  return `{ name: ${name}, roles: [user], pinned: ${pinned}, grants: [{ tool: "${tool}" }] }`;
}
