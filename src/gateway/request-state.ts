import { createCipheriv, createDecipheriv, hash, randomBytes } from 'node:crypto';
import type { Clock } from '../kernel/clock.ts';
import { MerlonError } from '../kernel/errors.ts';
import type { Request } from '../kernel/jsonrpc.ts';
export interface StateBinding {
  readonly principal: string;
  readonly scope: string | undefined;
  readonly request: Request;
}
export interface RequestStates {
  seal(binding: StateBinding, payload: string): string;
  open(state: string, binding: StateBinding): string;
}
export function createRequestStates({ clock }: { clock: Clock }): RequestStates {
  const key = randomBytes(32);
  const used = new Set<string>();
  const aad = ({ principal, scope, request }: StateBinding): Buffer => {
    const { _meta, inputResponses, requestState, ...rest } = request.params ?? {};
    return Buffer.from(hash('sha256', JSON.stringify([principal, scope, request.method, rest])));
  };
  return {
    seal(b, payload) {
      const iv = randomBytes(12);
      const c = createCipheriv('aes-256-gcm', key, iv);
      c.setAAD(aad(b));
      const t = Buffer.concat([c.update(JSON.stringify([clock.now() + 600_000, payload])), c.final()]);
      return Buffer.concat([iv, c.getAuthTag(), t]).toString('base64url');
    },
    open(state, b) {
      try {
        if (used.has(state)) throw new Error();
        const raw = Buffer.from(state, 'base64url');
        const d = createDecipheriv('aes-256-gcm', key, raw.subarray(0, 12));
        d.setAuthTag(raw.subarray(12, 28));
        d.setAAD(aad(b));
        const [until, payload] = JSON.parse(Buffer.concat([d.update(raw.subarray(28)), d.final()]).toString()) as [
          number,
          string,
        ];
        if (until < clock.now()) throw new Error();
        used.add(state);
        return payload;
      } catch {
        throw new MerlonError('REQUEST_STATE_INVALID', 'bad state');
      }
    },
  };
}
