import { createManualClock } from '../../runtime/clock.ts';
import { createHolder } from '../../runtime/holder/holder.ts';
import { createMemoryKvStore } from '../../runtime/kv/memory-kv.ts';
import { createSilentLog } from '../../runtime/log.ts';
import { createMemoryBusHub } from '../../runtime/memory-bus.ts';
import { type StoredRace, writeRace } from '../../runtime/race-config.ts';
import { createRaces } from '../../runtime/races.ts';
import { createMemoryLogStore } from '../../runtime/stream/memory-stream.ts';
import {
  type BoardMessage,
  encodeBoardAsk,
  readBoardAnswer,
  readBoardMessage,
  readReviewsAnswer,
} from '../../schemas/board-message.ts';
import { createNames } from '../../schemas/names.ts';
import {
  type AthleteProgress,
  encodeProgress,
  type ProgressTick,
  readProgressQuestion,
} from '../../schemas/progress.ts';
import type { Race } from '../../schemas/race.ts';
import { type ActEffect, RACE_ACT_KIND, type RaceAct } from '../../schemas/race-act.ts';
import { RACE_ENTRY_KIND, type RaceEntry, raceEntryEntity } from '../../schemas/race-entry.ts';
import { GUN_MS } from '../../schemas/ten-kilometres-for-tests.ts';
import type { SampleRow } from '../batch-rows.ts';
import { createBoards } from './board-reducer.ts';
import { type BoardServiceOptions, createBoardService } from './board-service.ts';
import { createPreviews } from './preview/previews.ts';
import { createMemoryPositions } from './stored/memory-positions.ts';

export const names = createNames();
const SHARDS = 2;

/** Streams, buckets and bus in memory, holders of boards as processes, and shards that tell of progress. */
export function createBoardWorld(options: Partial<BoardServiceOptions> = {}) {
  const clock = createManualClock(GUN_MS - 60_000);
  const shared = { ttlMs: 0, maxBytes: 0, replicas: 1 };
  const bucket = (name: string) => createMemoryKvStore(clock, { bucket: name, ...shared });
  const leases = bucket(names.boardLeasesBucket);
  const checkpoints = bucket(names.boardCheckpointsBucket);
  const config = bucket(names.configBucket);
  const kept = bucket(names.boardsBucket);
  const facts = createMemoryLogStore(clock, {
    ...{ name: names.factsStream, subjects: [names.factsFilter], duplicateWindowMs: 120_000, metadata: {}, ...shared },
  });
  const hub = createMemoryBusHub(clock);
  const outside = hub.open();
  const positions: SampleRow[] = [];
  let processes = 0;
  let entries = 0;
  let stored: StoredRace | null = null;

  /** A process that holds boards; killed it never answers again. */
  function start() {
    let gate: Promise<void> | null = null;
    const faults = () => (gate === null ? 'ok' : gate.then(() => 'ok' as const));
    const bus = hub.open(faults);
    const logger = createSilentLog();
    const races = createRaces({
      ...{ kv: config.open(), clock, logger, random: () => 0 },
      onChange: (race) => boards.show(race),
      onRemoved: (id) => boards.hide(id),
    });
    const boards = createBoards({ shards: SHARDS, knownRaces: () => races.all(), onMalformed: () => undefined });
    const holder = createHolder({
      log: facts.open({ faults }),
      names: { frames: () => names.raceFactsFilter, holder: names.boardHolder },
      ...{ checkpoints: checkpoints.open(faults), leases: leases.open(faults), bus, shards: 16, clock, logger },
      ...{ owner: `boards-${processes++}`, reducers: [boards.reducers], random: () => 0 },
    });
    const store = createMemoryPositions(() => positions);
    const previews = createPreviews({ store, untilStored: async () => undefined, clock, logger });
    const service = createBoardService({
      ...{ boards, holder, bus, kv: kept.open(faults), names, clock, logger, previews, options },
    });
    void holder.run();
    void service.run();
    return {
      holder,
      service,
      /** kill -9 */
      kill() {
        gate = new Promise(() => undefined);
        bus.disconnect();
        void service.stop();
        races.stop();
      },
      /** SIGSTOP, until the function that it returns is called. */
      halt() {
        const { promise, resolve } = Promise.withResolvers<void>();
        gate = promise;
        return () => {
          gate = null;
          resolve();
        };
      },
    };
  }

  /** The holder of a shard of frames, as far as boards see it. */
  function tellProgress(race: string, shard: number) {
    const known = new Map<string, AthleteProgress>();
    const end = hub.open();
    let number = 0;
    let epoch = 1;
    const publish = (athletes: readonly AthleteProgress[], full: boolean) => {
      const own = { race, raceVersion: 1, shard, epoch, number: ++number, atMs: clock.nowMs() };
      const tick: ProgressTick = { ...own, full, part: 0, parts: 1, athletes };
      end.publish(names.progress(race, shard), encodeProgress(tick));
    };
    end.subscribe(names.askProgress(shard), ({ data, respond }) => {
      if (readProgressQuestion(data)?.race !== race) return;
      respond(encodeProgress({ epoch, number: number + 1 }));
      publish([...known.values()], true);
    });
    return {
      tell(athletes: readonly AthleteProgress[]) {
        for (const athlete of athletes) known.set(athlete.bib, athlete);
        publish(athletes, false);
      },
      /** Everybody's newest place is known, and nobody is told. */
      lose(athletes: readonly AthleteProgress[]) {
        for (const athlete of athletes) known.set(athlete.bib, athlete);
        number++;
      },
      setEpoch(next: number) {
        epoch = next;
        number = 0;
      },
    };
  }

  return {
    ...{ clock, start, tellProgress, hub, kept, outside, positions },
    async write(race: Race): Promise<void> {
      const { starters, startersVersion: _, version: __, ...own } = race;
      stored = await writeRace(config.open(), stored, own, starters);
    },
    async enter(entry: Omit<RaceEntry, 'kind' | 'id' | 'by' | 'saidMs'>): Promise<void> {
      const whole = { kind: RACE_ENTRY_KIND, id: `entry-${++entries}`, by: 'ann', saidMs: clock.nowMs(), ...entry };
      const data = Buffer.from(JSON.stringify(whole));
      await facts.open().publish(names.fact(RACE_ENTRY_KIND, raceEntryEntity(entry)), data, {
        ...{ msgId: whole.id, headers: {} },
      });
    },
    /** An act with these effects, by somebody, now. */
    async act(race: string, ...effects: ActEffect[]): Promise<void> {
      const about = { act: { type: 'freeze' }, before: null, after: null, by: 'ann', why: 'a test' } as const;
      const number = ++entries;
      const whole: RaceAct = {
        kind: RACE_ACT_KIND,
        race,
        number,
        id: `act-${number}`,
        saidMs: clock.nowMs(),
        ...about,
        effects,
      };
      await facts.open().publish(names.fact(RACE_ACT_KIND, race), Buffer.from(JSON.stringify(whole)), {
        ...{ msgId: whole.id, headers: {} },
      });
    },
    /** Everything that is told of a board from now on. */
    listen(race: string) {
      const heard: BoardMessage[] = [];
      outside.subscribe(names.board(race), ({ data }) => heard.push(readBoardMessage(data)!));
      return heard;
    },
    async askReviews(race: string) {
      const answer = await outside.request(names.askBoard(race), encodeBoardAsk({ ask: 'reviews' }), 1_000);
      return readReviewsAnswer(answer)?.findings ?? null;
    },
    async askAll(race: string) {
      return readBoardAnswer(await outside.request(names.askBoard(race), encodeBoardAsk({ ask: 'all' }), 1_000));
    },
  };
}
