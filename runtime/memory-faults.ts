/** What becomes of one call on an in-memory twin. */
export type Fault = 'ok' | 'fail_before' | 'fail_after';

/**
 * Decides about each call on a twin, by its name (`publish`, `kv.update` …). A promise holds the call back: one that
 * resolves later is a process that was stopped for a while, one that never does is a process that was killed.
 */
export type Faults = (call: string) => Fault | Promise<Fault>;

/** Runs `act` unless the call fails before it; throws `fail()` when the call fails, before or after. */
export async function faulted<T>(
  faults: Faults | undefined,
  call: string,
  act: () => T,
  fail: () => Error,
): Promise<Awaited<T>> {
  // Without a promise there is no wait here: calls take effect in the order in which they were made.
  const decided = faults?.(call) ?? 'ok';
  const fault = typeof decided === 'string' ? decided : await decided;
  if (fault === 'fail_before') throw fail();
  const result = await act();
  if (fault === 'fail_after') throw fail();
  return result;
}

/** NATS subjects: `*` stands for one word, `>` at the end for one or more. */
export function subjectMatches(filter: string, subject: string): boolean {
  if (filter === subject) return true;
  const wanted = filter.split('.');
  const words = subject.split('.');
  for (let i = 0; i < wanted.length; i++) {
    if (wanted[i] === '>') return words.length > i;
    if (words[i] === undefined || (wanted[i] !== '*' && wanted[i] !== words[i])) return false;
  }
  return wanted.length === words.length;
}
