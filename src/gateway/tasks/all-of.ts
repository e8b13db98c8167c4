/** Waits for all, then throws what went wrong first: one that fails must not hide that others still run. */
export async function allOf(running: readonly Promise<unknown>[]): Promise<void> {
  const failed = (await Promise.allSettled(running)).find((one) => one.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
