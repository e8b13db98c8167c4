import { type Look, blind } from '../../look.ts';

/** Longest time that one file or disk may take to be looked at, ms: those of a network that is down never answer. */
const MAX_MS = 2_000;

/** What a look came to, or that it took too long. */
export async function within<T>(what: string, look: Promise<Look<T>>): Promise<Look<T>> {
  const late = Promise.withResolvers<Look<T>>();
  const timer = setTimeout(() => {
    late.resolve(
      blind('timeout', `${what} did not answer within ${MAX_MS} ms.`, `${what} 在 ${MAX_MS} 毫秒内没有响应。`),
    );
  }, MAX_MS);
  try {
    return await Promise.race([look, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
