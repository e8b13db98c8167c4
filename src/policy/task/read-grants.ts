import { z } from 'zod';
import { MerlonError } from '../../kernel/errors.ts';
import { effects } from '../tool/tool-profile.ts';
import type { TaskGrant } from '../grant/task-grant.ts';
import { grantSettings } from './settings.ts';
import { boundsOfTemplate } from './task-types.ts';

/** A grant of one task, as {@link writtenGrant} writes it. */
const written = grantSettings.extend({
  id: z.string().min(1).max(128),
  tool: z.string().regex(/^[A-Za-z][A-Za-z0-9_-]*\/[^\p{C}]{1,256}$/u, 'upstream/tool'),
  definition: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'a SHA-256 in hexadecimal')
    .optional(),
  effects: z.array(z.enum(effects)).min(1),
  expires_at: z.number().min(0).optional(),
  parent: z.string().min(1).max(128).optional(),
});

/**
 * Grants as they were written, for one task: what `GET /api/v2/tasks/ID` shows, changed by somebody. Attacker-controlled.
 * @throws MerlonError PARAMS_INVALID that says where and what is wrong, never the value
 */
export function readGrants(values: readonly unknown[]): TaskGrant[] {
  const parsed = z.array(written).safeParse(values);
  if (!parsed.success) {
    const [first] = parsed.error.issues;
    const where = first?.path.map(String).join('.').slice(0, 200) ?? '';
    throw new MerlonError('PARAMS_INVALID', `grants.${where}: ${first?.message.slice(0, 300) ?? 'malformed'}.`);
  }
  return parsed.data.map((grant) => {
    const { id, tool, definition, effects: may, expires_at: expiresAt, parent } = grant;
    return {
      id,
      tool,
      effects: may,
      ...boundsOfTemplate(grant),
      ...(definition === undefined ? {} : { definition }),
      ...(expiresAt === undefined ? {} : { expiresAt }),
      ...(parent === undefined ? {} : { parent }),
    };
  });
}
