/** Runs `act` for each item, at most `limit` at once. Starts no more after the first failure, and throws it. */
export async function inParallel<T>(
  items: readonly T[],
  limit: number,
  act: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = items.values();
  let failed = false;
  async function work(): Promise<void> {
    for (const item of waiting) {
      if (failed) return;
      try {
        await act(item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  }
  const results = await Promise.allSettled(Array.from({ length: Math.min(limit, items.length) }, work));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}
