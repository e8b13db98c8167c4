import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { MerlonError } from '../kernel/errors.ts';
import { loadGuardrail } from './load-guardrail.ts';

const folder = mkdtempSync(join(tmpdir(), 'merlon-guardrail-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, text: string | Uint8Array): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

describe('loading guardrails', () => {
  it('reads the files and the package', async () => {
    const policies = file('org.cedar', 'forbid(principal, action, resource) when { context.args.n > 1 };');
    expect((await loadGuardrail({ policies })).size).toBe(1);
  });

  it('without the package is an error, never a gateway without guardrails', async () => {
    const policies = file('org.cedar', '');
    const load = async (): Promise<never> => {
      throw new MerlonError('GUARDRAIL_UNAVAILABLE', 'It cannot be loaded.');
    };
    await expect(loadGuardrail({ policies }, load)).rejects.toMatchObject({ code: 'GUARDRAIL_UNAVAILABLE' });
  });

  it('says which file cannot be read, or is wrong', async () => {
    await expect(loadGuardrail({ policies: join(folder, 'none.cedar') })).rejects.toMatchObject({
      code: 'CONFIG_NOT_FOUND',
    });
    const odd = file('odd.cedar', new Uint8Array([0xff, 0xfe]));
    await expect(loadGuardrail({ policies: odd })).rejects.toMatchObject({ code: 'CONFIG_NOT_FOUND' });
    const wrong = file('wrong.cedar', '\n permit(principal, action, resource);');
    await expect(loadGuardrail({ policies: wrong })).rejects.toMatchObject({
      code: 'GUARDRAIL_INVALID',
      place: { file: wrong, line: 2, column: 2 },
    });
  });
});
