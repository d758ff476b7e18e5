import { randomBytes } from 'node:crypto';
import { systemClock } from '../runtime/clock.ts';
import { createHolder } from '../runtime/holder/holder.ts';
import { createRaces } from '../runtime/races.ts';
import type { Service } from '../runtime/service.ts';
import { shareReads } from '../runtime/stream/shared-reads.ts';
import { createClickHouse } from './clickhouse/clickhouse-client.ts';
import type { ProcessorsDeps } from './processors-deps.ts';
import { BOARD_SLOTS, createBoards } from './races/board-reducer.ts';
import { createBoardService } from './races/board-service.ts';
import { createPreviews } from './races/preview/previews.ts';
import { createClickHousePositions } from './races/stored/clickhouse-positions.ts';
import { createUntilStored } from './races/stored/until-stored.ts';

/** A killed holder costs the positions of so long, which the next ones bridge; crossings are never lost. */
const CHECKPOINT_INTERVAL_MS = 10_000;
/** Who runs with whom changes slowly, and new numbers for groups would be news of thousands of rows. */
const GROUPS_FOR_MS = 1_000;

/**
 * The boards of races. Each race belongs to a slot, and slots are held as shards are: a lease, an ordered read of the
 * facts, a checkpoint behind a fence.
 */
export async function createBoardServices(deps: ProcessorsDeps): Promise<Service[]> {
  const { options, platform, health, metrics, log } = deps;
  const { names, bus } = platform;
  const races = createRaces({
    kv: await platform.config(),
    clock: systemClock,
    logger: log,
    onChange: (race) => boards.show(race),
    onRemoved: (id) => boards.hide(id),
  });
  const boards = createBoards({
    shards: options.shards,
    knownRaces: () => races.all(),
    onMalformed: ({ seq, subject }) => log.error({ seq, subject }, 'a fact of a race cannot be read; it is left out'),
    options: { groupsForMs: GROUPS_FOR_MS },
  });
  const holder = createHolder({
    // Each slot looks through the facts of all races.
    log: shareReads(await platform.facts()),
    names: { frames: () => names.raceFactsFilter, holder: names.boardHolder },
    checkpoints: await platform.boardCheckpoints(),
    leases: await platform.boardLeases(),
    bus,
    shards: BOARD_SLOTS,
    owner: `boards-${randomBytes(8).toString('hex')}`,
    reducers: [boards.reducers],
    clock: systemClock,
    logger: log,
    options: { checkpointIntervalMs: CHECKPOINT_INTERVAL_MS },
  });
  const kv = await platform.boards();
  const clickHouse = createClickHouse(options.clickhouseUrl);
  const previews = createPreviews({
    store: createClickHousePositions(clickHouse),
    untilStored: createUntilStored({
      ...{ frames: await platform.frames(), durable: names.durable('clickhouse'), clock: systemClock },
    }),
    ...{ clock: systemClock, logger: log },
  });
  const showing = createBoardService({ boards, holder, bus, kv, names, clock: systemClock, logger: log, previews });
  metrics.gauge({ name: 'boards_shown', help: 'Races whose board this process holds.', read: showing.shownRaces });
  metrics.gauge({
    name: 'board_turn_ms',
    help: 'How long it took to reckon and tell the last board, ms.',
    read: showing.turnMs,
  });
  health.register('boards', () => {
    const troubled = holder.held().find(({ trouble }) => trouble !== '');
    return troubled === undefined ? { ok: true } : { ok: false, detail: `slot ${troubled.shard}: ${troubled.trouble}` };
  });
  const holding: Service = {
    ...holder,
    name: 'board holder',
    async stop() {
      races.stop();
      previews.stop();
      await holder.stop();
      await clickHouse.close();
    },
  };
  return [holding, showing];
}
