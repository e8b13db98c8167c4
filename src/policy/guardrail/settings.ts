import { z } from 'zod';

/** The `permissions.guardrails` section. */
export const guardrailSettings = z.strictObject({
  policies: z.string().min(1).describe('The file with policies in Cedar. Only `forbid` is a guardrail.'),
  schema: z
    .string()
    .min(1)
    .optional()
    .describe('The file with a Cedar schema that the policies have to be valid under. Default: none.'),
});
