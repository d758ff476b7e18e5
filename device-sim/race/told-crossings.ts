import type { MessageLog } from '../../runtime/stream/stream.ts';
import type { Fact } from '../../schemas/facts.ts';
import type { Names } from '../../schemas/names.ts';
import type { ToldCrossing } from './grade/crossing-grade.ts';

/** A crossing as it was told last. */
interface Told extends ToldCrossing {
  readonly revision: number;
  readonly isSettled: boolean;
}

/** The crossings of one race, as the facts tell of them. */
export interface ToldCrossings {
  /** By {@link crossingKey}. */
  readonly newest: ReadonlyMap<string, Told>;
  /** How many facts of the race came. */
  readonly count: number;
  readonly isSettled: boolean;
}

export const crossingKey = (bib: string, checkpoint: string, pass: number) => `${bib} ${checkpoint} ${pass}`;

/** Follows the facts of a race until the signal aborts; kept are no more than its starters have crossings. */
export async function followCrossings(
  facts: MessageLog,
  names: Pick<Names, 'raceFactsFilter'>,
  race: string,
  signal: AbortSignal,
): Promise<ToldCrossings> {
  const newest = new Map<string, Told>();
  let count = 0;
  const { lastSeq } = await facts.info();

  async function follow(): Promise<void> {
    const subjects = [names.raceFactsFilter];
    for await (const { data } of facts.readFrom({ subjects, fromSeq: lastSeq + 1, signal })) {
      const fact = JSON.parse(Buffer.from(data).toString()) as Fact;
      if (fact.kind !== 'race.crossing' || fact.crossing.race !== race) continue;
      count++;
      const { bib, checkpoint, pass, timeMs, sigmaMs, isWithdrawn, isSettled } = fact.crossing;
      const key = crossingKey(bib, checkpoint, pass);
      if ((newest.get(key)?.revision ?? 0) >= fact.revision) continue;
      newest.set(key, { revision: fact.revision, timeMs, sigmaMs, isWithdrawn, isSettled });
    }
  }

  void follow();
  return {
    newest,
    get count() {
      return count;
    },
    get isSettled() {
      for (const { isSettled, isWithdrawn } of newest.values()) if (!isSettled && !isWithdrawn) return false;
      return true;
    },
  };
}
