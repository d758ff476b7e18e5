import type { Bus } from '../../runtime/bus.ts';
import type { Clock, Timer } from '../../runtime/clock.ts';
import type { Holder } from '../../runtime/holder/holder.ts';
import {
  encodeLive,
  encodeLiveChange,
  type LiveActivityQuestion,
  type LivePlace,
  readLiveQuestion,
} from '../../schemas/live-activity.ts';
import type { Names } from '../../schemas/names.ts';
import type { Activities } from './activity-reducer.ts';
import { LiveWatches, type Told, type WatchedAthlete, type Watcher } from './live-watches.ts';
import { METRIC_VERSIONS } from './metrics/versions.ts';

export interface LiveActivitiesDeps {
  readonly bus: Bus;
  readonly names: Names;
  readonly shards: number;
  readonly holder: Pick<Holder, 'held'>;
  readonly activities: Pick<Activities, 'live' | 'changedSeq'>;
  readonly clock: Clock;
}

export interface LiveActivities {
  /** Athletes that somebody watches, in whatever shard. */
  watched(): number;
  stop(): void;
}

/** How often those who are watched are looked at: what a change waits for at most, when nothing else is due. */
const LOOK_EVERY_MS = 20;

/**
 * Says what goes on right now: to whoever asks, and of each change to whoever asked to watch. What nobody watches
 * costs nothing.
 *
 * Every process keeps in mind who watches, and only the holder of the athlete's shard answers and tells. So when a
 * shard moves, its new holder tells all who watch as soon as it has caught up, and nobody has to find it.
 */
export function serveLiveActivities(deps: LiveActivitiesDeps): LiveActivities {
  const { bus, names, shards, holder, activities, clock } = deps;
  const watches = new LiveWatches();
  let number = 0;
  let timer: Timer | null = null;

  /** The epochs of the shards that this process may speak for. */
  function epochs(): Map<number, number> {
    return new Map(
      holder
        .held()
        .filter(({ isCaughtUp }) => isCaughtUp)
        .map(({ shard, epoch }) => [shard, epoch]),
    );
  }

  function encode(shard: number, athlete: string, place: LivePlace): Uint8Array {
    return encodeLive({ activity: activities.live(shard, athlete), ...place, versions: METRIC_VERSIONS });
  }

  /** Null when it is not for this process to say. */
  function answer(shard: number, { athlete, watch }: LiveActivityQuestion): Uint8Array | null {
    const nowMs = clock.monotonicMs();
    const watcher = watch ? watches.note(athlete, shard, watch, nowMs) : null;
    if (watcher !== null) timer ??= clock.setRepeating(look, LOOK_EVERY_MS);
    const epoch = epochs().get(shard);
    if (epoch === undefined) return null;
    const seq = activities.changedSeq(shard, athlete);
    if (watcher !== null && isTold(watcher, epoch, seq) && isSame(watch?.known, watcher.told)) {
      return encodeLive({ epoch, number: watcher.told.number, isKnown: true });
    }
    const place = { epoch, number: ++number };
    if (watcher !== null) watcher.told = { ...place, seq, atMs: nowMs };
    return encode(shard, athlete, place);
  }

  function look(): void {
    const nowMs = clock.monotonicMs();
    const held = epochs();
    for (const watched of watches.current(nowMs)) {
      const epoch = held.get(watched.shard);
      if (epoch !== undefined) tellIfChanged(watched, epoch, nowMs);
    }
    if (watches.size > 0) return;
    timer?.cancel();
    timer = null;
  }

  function tellIfChanged({ athlete, shard, watchers }: WatchedAthlete, epoch: number, nowMs: number): void {
    const seq = activities.changedSeq(shard, athlete);
    const due = [...watchers].filter(([, one]) => !isTold(one, epoch, seq) && isDue(one, epoch, nowMs));
    if (due.length === 0) return;
    const place = { epoch, number: ++number };
    const change = encodeLiveChange({ athlete, ...place, answer: encode(shard, athlete, place) });
    for (const [name, watcher] of due) {
      bus.publish(names.liveChanges(name), change);
      watcher.told = { ...place, seq, atMs: nowMs };
    }
  }

  const subscriptions = Array.from({ length: shards }, (_, shard) =>
    bus.subscribe(names.liveActivities(shard), (message) => {
      const question = readLiveQuestion(message.data);
      const answered = question && answer(shard, question);
      if (answered) message.respond(answered);
    }),
  );
  return {
    watched: () => watches.size,
    stop() {
      for (const subscription of subscriptions) subscription.stop();
      timer?.cancel();
      timer = null;
    },
  };
}

function isTold(watcher: Watcher, epoch: number, seq: number): watcher is Watcher & { told: Told } {
  return watcher.told?.epoch === epoch && watcher.told.seq === seq;
}

/** A new holder speaks at once. */
function isDue({ told, everyMs }: Watcher, epoch: number, nowMs: number): boolean {
  return told?.epoch !== epoch || nowMs - told.atMs >= everyMs;
}

function isSame(one: LivePlace | null | undefined, other: LivePlace): boolean {
  return one?.epoch === other.epoch && one.number === other.number;
}
