import { LogConflictError, LogUnavailableError, type MessageLog } from '../../../runtime/stream/stream.ts';
import type { Names } from '../../../schemas/names.ts';
import { RACE_ACT_KIND, type RaceAct } from '../../../schemas/race-act.ts';

/** A race with more has other troubles; all are read for each new one. */
export const MAX_ACTS = 10_000;
const READ_TIMEOUT_MS = 10_000;
const MAX_TRIES = 10;

/** Others acted again and again while this one was to be written. */
export class ActsBusyError extends Error {
  override name = 'ActsBusyError';
}

/** The race has as many acts as are kept. */
export class TooManyActsError extends Error {
  override name = 'TooManyActsError';
}

export interface ActLog {
  /** All acts of a race, by number. Throws LogUnavailableError. */
  read(race: string): Promise<RaceAct[]>;
  /**
   * Adds the act that `make` makes of all before it, or returns the one that has its id: it was stored already, and its
   * answer was lost. What `make` throws is thrown. Resolves once the act is stored; throws LogUnavailableError,
   * LogFullError, {@link ActsBusyError}, {@link TooManyActsError}.
   */
  add(race: string, id: string, make: (before: readonly RaceAct[]) => RaceAct): Promise<RaceAct>;
}

/** Acts lie on a subject of their race's own: each is stored right behind those that it knew, or not at all. */
export function createActLog({ facts, names }: { facts: MessageLog; names: Pick<Names, 'fact'> }): ActLog {
  async function readAll(race: string): Promise<{ acts: RaceAct[]; lastSeq: number }> {
    const subject = names.fact(RACE_ACT_KIND, race);
    const fromSeq = await facts.nextSeq(subject, 1);
    const acts: RaceAct[] = [];
    if (fromSeq === null) return { acts, lastSeq: 0 };
    const done = new AbortController();
    const signal = AbortSignal.any([done.signal, AbortSignal.timeout(READ_TIMEOUT_MS)]);
    for await (const { data, seq, pendingMessages } of facts.readFrom({ subjects: [subject], fromSeq, signal })) {
      acts.push(JSON.parse(Buffer.from(data).toString('utf8')) as RaceAct);
      if (pendingMessages > 0) continue;
      done.abort();
      return { acts, lastSeq: seq };
    }
    throw new LogUnavailableError(`the acts of ${race} did not come within ${READ_TIMEOUT_MS} ms`);
  }

  return {
    read: async (race) => (await readAll(race)).acts,
    async add(race, id, make) {
      for (let tries = 1; tries <= MAX_TRIES; tries++) {
        const { acts, lastSeq } = await readAll(race);
        const stored = acts.find((act) => act.id === id);
        if (stored !== undefined) return stored;
        if (acts.length >= MAX_ACTS) throw new TooManyActsError(`${race} has ${acts.length} acts`);
        const act = make(acts);
        const data = Buffer.from(JSON.stringify(act));
        try {
          await facts.publish(names.fact(RACE_ACT_KIND, race), data, {
            msgId: `act.${race}.${id}`,
            headers: {},
            lastSeq,
          });
          return act;
        } catch (error) {
          // Somebody else acted meanwhile: what this act changes may be another thing now.
          if (!(error instanceof LogConflictError)) throw error;
        }
      }
      throw new ActsBusyError(`others acted on ${race} ${MAX_TRIES} times meanwhile`);
    },
  };
}
