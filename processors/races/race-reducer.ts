import type { EmitContext, Reducer, ReducerFactory } from '../../runtime/reducer.ts';
import { untilDone } from '../../runtime/steps.ts';
import type { MessageLog } from '../../runtime/stream/stream.ts';
import { createTurns } from '../../runtime/turns.ts';
import { type CrossingFact, crossingEntity } from '../../schemas/facts.ts';
import type { Names } from '../../schemas/names.ts';
import type { AthleteProgress } from '../../schemas/progress.ts';
import { publishFact } from '../publish-facts.ts';
import { createReadBatch, type ReadBatch } from '../read-batch.ts';
import { VERSION } from './position-filter.ts';
import type { RaceGrounds } from './race-grounds.ts';
import { type CrossingNews, type RaceCounts, ShardRaces } from './shard-races.ts';
import { createAwaitedCrossings, type StoredSource } from './stored/awaited-crossings.ts';

export interface RaceDeps {
  readonly grounds: RaceGrounds;
  readonly facts: MessageLog;
  readonly names: Names;
  readonly counts: RaceCounts;
  /** One for all reducers of the process; its own without it. */
  readonly read?: ReadBatch;
  /** Where crossings of checkpoints that moved are found again; without it they stay withdrawn. */
  readonly stored?: StoredSource;
}

/** What the newest term of a shard in this process knows of its runners. */
export interface ShardProgress {
  /** Message time of the last message. */
  readonly nowMs: number;
  races(): Set<string>;
  /** Of which something changed since it was taken last. */
  changedRaces(): Set<string>;
  takeProgress(race: string, isFull: boolean): AthleteProgress[];
}

export interface RaceReducers {
  readonly reducers: ReducerFactory;
  /** Null before the shard was held. */
  of(shard: number): ShardProgress | null;
}

const PUBLISHES_AT_ONCE = 64;

/**
 * Live races: every starter's position along the course and crossings of checkpoints, from the samples of a shard.
 * Crossings are facts (the first time, the settled one ten seconds later, and what late data changes); positions travel
 * as ticks that nobody keeps (`serve-progress.ts`).
 *
 * A crossing's revision is the sequence of the last message that changed it; of one that was found in stored samples,
 * of the last message when it was found.
 */
export function createRaceReducers({
  grounds,
  facts,
  names,
  counts,
  stored,
  read = createReadBatch(names),
}: RaceDeps): RaceReducers {
  const states = new Map<number, ShardRaces>();
  const oneAtATime = createTurns().run;

  async function publish(news: CrossingNews, nowMs: number, { epoch }: EmitContext): Promise<void> {
    await publishFact({ facts, names }, factOf(news, epoch, nowMs));
  }

  function createReducer(state: ShardRaces): Reducer {
    const awaited = stored === undefined ? null : createAwaitedCrossings(state, stored, oneAtATime);
    return {
      name: 'races',
      apply(message) {
        const found = read(message);
        state.passTo(message.timeMs, message.seq);
        if (found.type === 'batch' && found.batch !== null) state.fold(found.batch, message.seq);
      },
      takeDirty: () => untilDone(state.takeDirtyInSteps()),
      takeDirtyInSteps: () => state.takeDirtyInSteps(),
      async emit(context) {
        awaited?.turn(context);
        const due = [...state.news];
        for (let from = 0; from < due.length; from += PUBLISHES_AT_ONCE) {
          context.signal.throwIfAborted();
          const some = due.slice(from, from + PUBLISHES_AT_ONCE);
          await Promise.all(some.map(([, news]) => publish(news, state.nowMs, context)));
          for (const [key, news] of some) if (state.news.get(key) === news) state.news.delete(key);
        }
      },
      // Each crossing is sent as it was when it became news.
      emitsBeside: true,
      wantsTick: () => state.wantsTick,
    };
  }

  return {
    reducers: {
      name: 'races',
      create(shard, parts) {
        const state = new ShardRaces(grounds, counts, parts);
        states.set(shard, state);
        return createReducer(state);
      },
    },
    of: (shard) => states.get(shard) ?? null,
  };
}

function factOf(news: CrossingNews, epoch: number, knownAtMs: number): CrossingFact {
  const { crossing, ...who } = news;
  const { timeMs, sigmaMs, revision, isSettled, isWithdrawn } = crossing;
  return {
    kind: 'race.crossing',
    entity: crossingEntity(who),
    ...{ revision, epoch, eventTimeMs: timeMs, knownAtMs },
    versions: { position: VERSION },
    crossing: { ...who, timeMs, sigmaMs, source: 'gps', isSettled, isWithdrawn },
  };
}
