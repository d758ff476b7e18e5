import { createManualClock } from '../../../runtime/clock.ts';
import { keptWith } from '../../../runtime/holder/kept-for-tests.ts';
import { createMemoryLogStore } from '../../../runtime/stream/memory-stream.ts';
import type { LogMessage } from '../../../runtime/stream/stream.ts';
import { createNames } from '../../../schemas/names.ts';
import type { AthleteProgress } from '../../../schemas/progress.ts';
import type { Race } from '../../../schemas/race.ts';
import { testCheckpoint } from '../../../schemas/race-for-tests.ts';
import { rowsOf, type SampleRow } from '../../batch-rows.ts';
import { createRaceReducers } from '../race-reducer.ts';
import { crossingsIn, fixAt, GUN_MS, groundsOf, messageOfFixes, northRace, tickAt } from '../runs-for-tests.ts';
import { createMemoryPositions } from './memory-positions.ts';

const names = createNames();
const SPEEDS = [4, 5];
const FRAME_S = 5;
/** Of two who run two kilometres; `a` is at 500 m. */
export const RACE = northRace(['1', '2']);
const [start, a, b, finish] = RACE.checkpoints;

/** The race with `a` elsewhere, and perhaps another gun. */
export function moved(version: number, aM: number, gunAfterMs = 0): Race {
  const waves = RACE.waves.map((wave) => ({ ...wave, gunTimeMs: GUN_MS + gunAfterMs }));
  return { ...RACE, version, waves, checkpoints: [start, testCheckpoint(a.id, [aM]), b, finish] };
}

/** A shard with two runners of 4 and 5 m/s, whose messages are in the store once the sink has them. */
export function createShard(race = RACE) {
  const rows: SampleRow[] = [];
  const grounds = groundsOf([race]);
  const log = createMemoryLogStore(createManualClock(GUN_MS), {
    ...{ name: names.factsStream, subjects: [names.factsFilter], maxBytes: 0, duplicateWindowMs: 120_000 },
    ...{ metadata: {}, replicas: 1 },
  });
  let isAway = false;
  let lagMessages = 0;
  let withheld = { fromS: 0, untilS: 0 };
  const failed: unknown[] = [];
  let seq = 0;
  const made = createRaceReducers({
    ...{ grounds, facts: log.open(), names, counts: { fixes: 0, late: 0 } },
    stored: {
      store: createMemoryPositions(
        () => rows,
        () => (isAway ? 'fail_before' : 'ok'),
      ),
      sinkPosition: async () => seq - lagMessages,
      onFailed: (error) => failed.push(error),
    },
  });
  let parts = new Map<string, Uint8Array>();
  let reducer = made.reducers.create(0, parts);
  let second = -20;

  function apply(message: LogMessage): void {
    reducer.apply({ ...message, seq: ++seq });
  }

  /** Rounds as the holder makes them, until what was begun in the first has come to its end. */
  async function rounds(): Promise<void> {
    for (let n = 0; n < 5; n++) {
      await reducer.emit({ epoch: 1, seq, signal: new AbortController().signal });
      for (let turn = 0; turn < 300; turn++) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  return {
    grounds,
    rounds,
    rows,
    /** Message time. */
    nowMs: () => GUN_MS + second * 1_000,
    progress: () => made.of(0)?.takeProgress(RACE.id, true) ?? [],
    facts: () => crossingsIn(log.open()),
    failed,
    /** The first is not heard of meanwhile; gives what they measured, to be delivered later. */
    withhold(fromS: number, untilS: number): LogMessage[] {
      withheld = { fromS, untilS };
      return Array.from({ length: (untilS - fromS) / FRAME_S }, (_, frame) => {
        const seconds = Array.from({ length: FRAME_S }, (_, n) => fromS + frame * FRAME_S + n);
        const fixes = seconds.map((s) => fixAt(GUN_MS + s * 1_000, SPEEDS[0]));
        return messageOfFixes('athlete-1', fixes, { seq: 10_000 + frame });
      });
    },
    deliver(message: LogMessage) {
      rows.push(...rowsOf({ kind: 'samples', payload: message.data }));
      apply({ ...message, timeMs: GUN_MS + second * 1_000 });
    },
    passS(seconds: number) {
      second += seconds;
    },
    setAway(away: boolean) {
      isAway = away;
    },
    setLag(messages: number) {
      lagMessages = messages;
    },
    wantsTick: () => reducer.wantsTick?.() ?? false,
    runUntil(untilS: number) {
      for (; second < untilS; second += FRAME_S) {
        for (const [i, speed] of SPEEDS.entries()) {
          if (i === 0 && second >= withheld.fromS && second < withheld.untilS) continue;
          const seconds = Array.from({ length: FRAME_S }, (_, n) => second + n);
          const fixes = seconds.map((s) => fixAt(GUN_MS + s * 1_000, speed));
          const message = messageOfFixes(`athlete-${i + 1}`, fixes, { seq: seq + 1 });
          rows.push(...rowsOf({ kind: 'samples', payload: message.data }));
          apply(message);
        }
      }
    },
    tick() {
      apply(tickAt(GUN_MS + second * 1_000, 0));
    },
    handOver() {
      parts = keptWith(parts, reducer.takeDirty());
      reducer = made.reducers.create(0, parts);
    },
    /** Of everybody: what was crossed, in the order of the course, with times. */
    crossed() {
      const all = made.of(0)?.takeProgress(RACE.id, true) ?? [];
      return Object.fromEntries(all.map((one) => [one.bib, timesOf(one)]).toSorted());
    },
  };
}

function timesOf({ crossings }: AthleteProgress): Record<string, number> {
  const counting = crossings.filter(({ isWithdrawn }) => !isWithdrawn).toSorted((one, two) => one.timeMs - two.timeMs);
  return Object.fromEntries(counting.map(({ checkpoint, timeMs }) => [checkpoint, timeMs]));
}
