import type { EmitContext } from '../../../runtime/reducer.ts';
import type { RaceGround } from '../race-grounds.ts';
import type { Awaited, FoundOfRunner, Runner } from '../runner.ts';
import type { ShardRaces } from '../shard-races.ts';
import { type FindAgainDeps, type FindAgainOptions, findAgain } from './find-again.ts';
import type { StoredPositions } from './stored-positions.ts';

export interface StoredSource {
  readonly store: StoredPositions;
  /** Every message up to here is in the raw table: the ack floor of the ClickHouse sink's durable. */
  sinkPosition(): Promise<number>;
  /** Told of what could not be found because of an error; it is tried again. */
  onFailed(error: unknown): void;
  readonly options?: Partial<FindAgainOptions>;
}

export interface AwaitedCrossings {
  /** With each round: hands over what was found since the last one, and goes on looking. Never waits. */
  turn(context: EmitContext): void;
}

interface Found extends FoundOfRunner {
  readonly runner: Runner;
  readonly ground: RaceGround;
  readonly awaited: Awaited;
}

/** Of one look; the next round looks for more. */
const MAX_RUNNERS = 256;

/**
 * Looks in the stored samples for crossings that the runners of a shard await: once the store has everything up to the
 * message at which their race was changed. It reads beside the shard, which goes on meanwhile: what was found for a
 * race that has changed again is dropped. One look of the process at a time (`oneAtATime`).
 */
export function createAwaitedCrossings(
  state: ShardRaces,
  source: StoredSource,
  oneAtATime: <T>(work: () => Promise<T>) => Promise<T>,
): AwaitedCrossings {
  let found: Found[] = [];
  let isLooking = false;

  async function look(seq: number, signal: AbortSignal): Promise<void> {
    const position = await source.sinkPosition();
    // A crossing is newer than its withdrawal: it needs a message of its own.
    const due = [...state.awaiting].filter(
      ({ awaited }) => awaited !== null && awaited.seq <= Math.min(position, seq - 1),
    );
    const looked = due.slice(0, MAX_RUNNERS);
    for (const hasMotion of [false, true]) {
      const some = looked.filter(({ awaited }) => awaited?.isLate === hasMotion);
      for (const [ground, runners] of Map.groupBy(some, (runner) => runner.ground)) {
        await lookFor(ground, runners, { ...source, signal, hasMotion });
      }
    }
  }

  async function lookFor(ground: RaceGround, runners: readonly Runner[], deps: FindAgainDeps): Promise<void> {
    const byBib = new Map(runners.map((runner) => [runner.starter.bib, { runner, awaited: runner.awaited! }]));
    const starters = runners.map(({ starter }) => starter);
    for await (const some of findAgain(deps, ground.race, starters)) {
      for (const { starter, crossings, motions } of some) {
        found.push({ ...byBib.get(starter.bib)!, ground, crossings, motions });
      }
    }
  }

  return {
    turn({ seq, signal }) {
      for (const { runner, ground, awaited, crossings, motions } of found) {
        const isCurrent = runner.awaited === awaited && runner.ground === ground;
        if (isCurrent) state.takeFound(runner, { crossings, motions }, seq);
      }
      found = [];
      if (isLooking || state.awaiting.size === 0) return;
      isLooking = true;
      const looking = oneAtATime(() => look(seq, signal));
      looking
        .catch((error) => {
          if (!signal.aborted) source.onFailed(error);
        })
        .finally(() => {
          isLooking = false;
        });
    },
  };
}
