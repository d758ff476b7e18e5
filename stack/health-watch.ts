import type { Clock } from '../runtime/clock.ts';

export interface HealthWatchDeps {
  /** Answers 200 while all is well. */
  readonly url: string;
  readonly clock: Clock;
  /** Called once when trouble begins, with what the server says of itself, and with null once it is over. */
  readonly onChange: (trouble: string | null) => void;
  readonly everyMs?: number;
  /** Looks in a row that find trouble before it is believed: a busy machine is no trouble. */
  readonly patience?: number;
}

const ANSWER_TIMEOUT_MS = 4_000;

/** Looks at a server's own health check again and again. Returns what ends it. */
export function watchHealth(deps: HealthWatchDeps): () => void {
  const { url, clock, onChange, everyMs = 5_000, patience = 3 } = deps;
  let troubledLooks = 0;
  let isLooking = false;

  async function look(): Promise<void> {
    if (isLooking) return;
    isLooking = true;
    const trouble = await troubleOf(url);
    isLooking = false;
    if (trouble === null && troubledLooks >= patience) onChange(null);
    troubledLooks = trouble === null ? 0 : troubledLooks + 1;
    if (troubledLooks === patience) onChange(trouble);
  }

  const timer = clock.setRepeating(() => void look(), everyMs);
  return () => timer.cancel();
}

async function troubleOf(url: string): Promise<string | null> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
    const text = await response.text();
    return response.ok ? null : `status ${response.status} ${text.slice(0, 200).trim()}`;
  } catch (err) {
    return err instanceof Error ? err.message : String(err);
  }
}
