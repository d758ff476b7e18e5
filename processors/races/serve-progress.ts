import type { Bus } from '../../runtime/bus.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Holder } from '../../runtime/holder/holder.ts';
import type { ShardStatus } from '../../runtime/holder/shard.ts';
import type { Names } from '../../schemas/names.ts';
import {
  type AthleteProgress,
  encodeProgress,
  MAX_ATHLETES_PER_TICK,
  type ProgressTick,
  readProgressQuestion,
} from '../../schemas/progress.ts';
import type { RaceGrounds } from './race-grounds.ts';
import type { RaceReducers, ShardProgress } from './race-reducer.ts';

export interface ServeProgressDeps {
  readonly bus: Bus;
  readonly names: Names;
  readonly shards: number;
  readonly holder: Pick<Holder, 'held'>;
  readonly races: RaceReducers;
  readonly grounds: Pick<RaceGrounds, 'get'>;
  readonly clock: Clock;
}

/** What comes within it travels together; it is a part of what a spectator waits. */
export const TICK_MS = 25;
/** Who asked, and whether it is time for everybody again, is looked at less often: that goes through all races. */
export const LOOK_MS = 200;
/** Who missed a message without noticing (the last one before a silence) is right again after this. */
const FULL_EVERY_MS = 10_000;
/** However many ask. */
const FULL_AT_MOST_EVERY_MS = 1_000;
/** A crossing is about a hundred bytes, a span of motion two hundred, and a message may hold a million. */
const MAX_PARTS_PER_TICK = 3_000;

/** The ticks of one race on one shard. */
interface Series {
  readonly race: string;
  readonly shard: number;
  readonly epoch: number;
  number: number;
  fullAtMs: number;
  isAsked: boolean;
}

/**
 * Publishes where the runners are, as often as it changes, for each shard that this process holds and that has caught
 * up. The first of an epoch is full. It is a view of what was folded in, not a part of it: a tick that is lost is
 * noticed by its number, and one of a process that was stopped by its epoch. Returns how to stop.
 */
export function serveProgress(deps: ServeProgressDeps): { stop(): void } {
  const { bus, names, shards, holder, races, grounds, clock } = deps;
  const series = new Map<string, Series>();

  function seriesOf(race: string, shard: number, epoch: number): Series {
    const key = `${race}/${shard}`;
    let one = series.get(key);
    if (one === undefined || one.epoch !== epoch) {
      one = { race, shard, epoch, number: 0, fullAtMs: Number.NEGATIVE_INFINITY, isAsked: false };
      series.set(key, one);
    }
    return one;
  }

  function publish(race: string, { shard, epoch }: ShardStatus, state: ShardProgress): void {
    const ground = grounds.get(race);
    if (ground === null) return;
    const one = seriesOf(race, shard, epoch);
    const sinceMs = clock.monotonicMs() - one.fullAtMs;
    const isFull = sinceMs >= (one.isAsked ? FULL_AT_MOST_EVERY_MS : FULL_EVERY_MS);
    const pages = pagesOf(state.takeProgress(race, isFull));
    if (isFull) {
      one.fullAtMs = clock.monotonicMs();
      one.isAsked = false;
      // Whoever asked hears that there is nobody.
      if (pages.length === 0) pages.push([]);
    }
    for (const [part, athletes] of pages.entries()) {
      const tick: ProgressTick = {
        ...{ race, raceVersion: ground.race.version, shard, epoch, number: ++one.number, atMs: state.nowMs },
        ...{ full: isFull, part: isFull ? part : 0, parts: isFull ? pages.length : 1, athletes },
      };
      bus.publish(names.progress(race, shard), encodeProgress(tick));
    }
  }

  function turn(wantedOf: (state: ShardProgress, shard: number) => Set<string>): void {
    for (const held of holder.held()) {
      const state = races.of(held.shard);
      if (state === null || !held.isCaughtUp) continue;
      for (const race of wantedOf(state, held.shard)) publish(race, held, state);
    }
  }

  const timers = [
    clock.setRepeating(() => turn((state) => state.changedRaces()), TICK_MS),
    clock.setRepeating(() => {
      turn((state, shard) => {
        const wanted = state.races();
        for (const one of series.values()) if (one.isAsked && one.shard === shard) wanted.add(one.race);
        return wanted;
      });
    }, LOOK_MS),
  ];

  const subscriptions = Array.from({ length: shards }, (_, shard) =>
    bus.subscribe(names.askProgress(shard), (message) => {
      const question = readProgressQuestion(message.data);
      const held = holder.held().find((one) => one.shard === shard);
      if (question === null || !held?.isCaughtUp || grounds.get(question.race) === null) return;
      const one = seriesOf(question.race, shard, held.epoch);
      one.isAsked = true;
      message.respond(encodeProgress({ epoch: held.epoch, number: one.number + 1 }));
    }),
  );

  return {
    stop() {
      for (const timer of timers) timer.cancel();
      for (const subscription of subscriptions) subscription.stop();
    },
  };
}

function pagesOf(athletes: readonly AthleteProgress[]): AthleteProgress[][] {
  const pages: AthleteProgress[][] = [];
  let parts = Number.POSITIVE_INFINITY;
  for (const athlete of athletes) {
    const page = pages.at(-1);
    const own = athlete.crossings.length + 2 * (athlete.motions?.length ?? 0);
    parts += own;
    if (page === undefined || page.length >= MAX_ATHLETES_PER_TICK || parts > MAX_PARTS_PER_TICK) {
      pages.push([athlete]);
      parts = own;
    } else page.push(athlete);
  }
  return pages;
}
