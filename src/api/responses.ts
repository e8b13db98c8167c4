import type { z } from '@hono/zod-openapi';
import { errorShape } from './shapes.ts';

/** A JSON answer as OpenAPI describes it. */
export const json = <Shape extends z.ZodType>(schema: Shape, description: string) => ({
  description,
  content: { 'application/json': { schema } },
});

/** How any guarded endpoint may refuse. */
export const refusals = {
  401: json(errorShape, 'No or no valid credential.'),
  403: json(errorShape, 'The credential lacks the permission.'),
  429: json(errorShape, 'Too many requests; see Retry-After.'),
};

/** Takes a credential. */
export const guarded = [{ bearer: [] }];
