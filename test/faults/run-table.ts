import type { Fault } from './fault.ts';
import { type FaultResult, runFault } from './run-fault.ts';
import { type Session, startSession } from './session.ts';

export interface TablePlan {
  readonly seed: string;
  readonly faults: readonly Fault[];
  readonly hasDisks: boolean;
  readonly keepsFiles: boolean;
  readonly say: (line: string) => void;
  /** What is going on now, in place of what was going on before. */
  readonly note: (words: string) => void;
  /** Told after each fault, so that a run which is cut off leaves what it has. */
  readonly onResult: (result: FaultResult) => void;
  readonly signal: AbortSignal;
}

/**
 * One fault after the other on one deployment, each with devices of its own. A fault that broke a promise gets the
 * deployment thrown away, so that the next one starts well.
 */
export async function runTable(plan: TablePlan): Promise<FaultResult[]> {
  const { seed, faults, hasDisks, keepsFiles, say, note, onResult, signal } = plan;
  const results: FaultResult[] = [];
  let session: Session | null = null;
  try {
    for (const [i, fault] of faults.entries()) {
      if (signal.aborted) break;
      if (session === null) {
        note('starting engines and services');
        session = await startSession({ hasDisks, keepsFiles });
      }
      const head = `[${i + 1}/${faults.length}] ${fault.title}`;
      note(head);
      const prefix = `f${String(i + 1).padStart(2, '0')}-`;
      const result = await runFault(session, { fault, seed, prefix, say: (what) => note(`${head}: ${what}`) });
      results.push(result);
      onResult(result);
      say(`${head}: ${verdictOf(result)}`);
      for (const breach of result.breaches) say(`      ${breach}`);
      if (result.breaches.length === 0) continue;
      await session.end();
      session = null;
    }
  } finally {
    await session?.end();
  }
  return results;
}

export const isKept = ({ breaches }: Pick<FaultResult, 'breaches'>) => breaches.length === 0;

function verdictOf(result: FaultResult): string {
  return isKept(result) ? `kept, ${inWords(result)}` : 'BROKE A PROMISE';
}

/** How long devices and stores noticed. */
export function inWords({ silentMs, storedAfterMs }: Pick<FaultResult, 'silentMs' | 'storedAfterMs'>): string {
  const stored = storedAfterMs === null ? 'never' : `${seconds(storedAfterMs)} after it was over`;
  return `no acknowledgement for at most ${seconds(silentMs)}, all stored ${stored}`;
}

const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;
