import { randomBytes } from 'node:crypto';
import { type WatchedSettings, watchAthleteSettings } from '../runtime/athlete-settings.ts';
import { systemClock } from '../runtime/clock.ts';
import { ConfigUnknownError } from '../runtime/config-view.ts';
import { createHolder, type Holder } from '../runtime/holder/holder.ts';
import type { Logger } from '../runtime/log.ts';
import type { Platform } from '../runtime/nats/platform.ts';
import { type Service, StartError } from '../runtime/service.ts';
import type { MessageLog } from '../runtime/stream/stream.ts';
import { createActivities } from './activities/activity-reducer.ts';
import { createClickHouseActivityStore } from './activities/clickhouse-activity-store.ts';
import { createActivityCounts } from './activities/counts.ts';
import { createClickHouseGearStore } from './activities/gear/clickhouse-gear-store.ts';
import { serveLiveActivities } from './activities/live-activities.ts';
import { createClickHouseRecordStore } from './activities/records/clickhouse-record-store.ts';
import { createClickHouse } from './clickhouse/clickhouse-client.ts';
import { createHolderCounts, gaugeActivities, gaugeHolder, gaugeRollUps } from './holder-metrics.ts';
import { createAcceptedReducers } from './ledger/accepted.ts';
import type { ProcessorsDeps } from './processors-deps.ts';
import { createLiveRaces } from './races/live-races.ts';
import { createClickHousePositions } from './races/stored/clickhouse-positions.ts';
import { createReadBatch } from './read-batch.ts';
import { createClickHouseRollUpStore } from './roll-ups/clickhouse-roll-up-store.ts';
import { createRollUpCounts } from './roll-ups/counts.ts';
import { createRollUps } from './roll-ups/roll-up-reducer.ts';
import { createTrimmer } from './trimmer.ts';

/** The rounds of all shards begin together, so their first blocks are there within some milliseconds. */
const ROLL_UP_JOINING = { joinMs: 50, maxJoinedBytes: 16 * 1024 * 1024 };
const TRIM_INTERVAL_MS = 10_000;
const SETTINGS_TIMEOUT_MS = 10_000;
/** Whoever holds this shard trims, so that one lease serves both. */
const TRIMMER_SHARD = 0;

/** What runs once for each shard of the deployment, in whichever process holds it; and the trimmer. */
export async function createShardServices(deps: ProcessorsDeps & { frames: MessageLog }): Promise<Service[]> {
  const { options, platform, health, metrics, log, frames } = deps;
  const { names } = platform;
  const checkpoints = await platform.checkpoints();
  const clickHouse = createClickHouse(options.clickhouseUrl);
  const counts = createRollUpCounts();
  const activityCounts = createActivityCounts();
  const holderCounts = createHolderCounts(metrics, systemClock);
  // 0 without a durable: nothing is in the raw table then, as far as anybody knows.
  const sinkPosition = async () => (await frames.durablePosition(names.durable('clickhouse')))?.ackFloorSeq ?? 0;
  const read = createReadBatch(names);
  const settings = await knownSettings(platform, log);
  const facts = await platform.facts();
  const activities = createActivities({
    read,
    store: createClickHouseActivityStore(clickHouse),
    records: createClickHouseRecordStore(clickHouse),
    gear: createClickHouseGearStore(clickHouse),
    facts,
    names,
    sinkPosition,
    settings,
    counts: activityCounts,
    options: { forgetMs: options.forgetSilentMs },
    onRecomputeFailed: (err) => log.warn({ err }, 'activities could not be computed again; it is tried again'),
  });
  const rollUps = createRollUps({
    read,
    store: createClickHouseRollUpStore(clickHouse, { clock: systemClock, ...ROLL_UP_JOINING }),
    names,
    sinkPosition,
    options: { forgetMs: options.forgetSilentMs },
    onRecomputeFailed: (err) => log.warn({ err }, 'a recompute failed; it is tried again'),
    counts,
  });
  const races = createLiveRaces({
    ...{ config: await platform.config(), facts, names, bus: platform.bus, shards: options.shards },
    ...{ clock: systemClock, logger: log, metrics, read },
    stored: { store: createClickHousePositions(clickHouse), sinkPosition },
  });
  const holder = createHolder({
    log: frames,
    names,
    checkpoints,
    leases: await platform.leases(),
    bus: platform.bus,
    shards: options.shards,
    owner: `processors-${randomBytes(8).toString('hex')}`,
    reducers: [
      createAcceptedReducers({ kv: await platform.ledger(), names }),
      rollUps,
      activities.reducers,
      races.reducers,
    ],
    clock: systemClock,
    logger: log,
    events: holderCounts.events,
  });
  gaugeHolder(metrics, holder, holderCounts);
  metrics.gauge({ name: 'shards', help: 'Shards of the deployment.', read: () => options.shards });
  const live = serveLiveActivities({
    ...{ bus: platform.bus, names, shards: options.shards, holder, activities },
    clock: systemClock,
  });
  metrics.gauge({
    name: 'live_watched_athletes',
    help: 'Athletes whom somebody watches, in whatever shard.',
    read: () => live.watched(),
  });
  races.serve(holder);
  gaugeRollUps(metrics, counts);
  gaugeActivities(metrics, { activities, counts: activityCounts, holder });
  health.register('shards', () => healthOf(holder));
  const trimmed = metrics.gauge({
    name: 'frames_needed_from_seq',
    help: 'First message of the frame stream that is still needed.',
  });
  const trimmer = createTrimmer({
    frames,
    checkpoints,
    names,
    shards: options.shards,
    sinks: options.deploymentSinks,
    clock: systemClock,
    logger: log,
    minAgeMs: options.trimMinAgeMs,
    intervalMs: TRIM_INTERVAL_MS,
    isOurs: () => holder.held().some(({ shard }) => shard === TRIMMER_SHARD),
    onTrimmed: ({ firstSeq }) => trimmed.set(firstSeq),
  });
  metrics.gauge({
    name: 'trimmer_turn_age_ms',
    help: 'How long ago the trimmer of the frame stream had its last good turn, ms; nothing where it is not at work.',
    labels: [],
    read() {
      const ageMs = trimmer.turnAgeMs();
      return ageMs === null ? [] : [{ labels: {}, value: ageMs }];
    },
  });
  const closing: Service = {
    ...holder,
    async run(signal) {
      await races.untilKnown(signal);
      await holder.run(signal);
    },
    async stop() {
      races.stop();
      live.stop();
      await holder.stop();
      settings.stop();
      await clickHouse.close();
    },
  };
  return [closing, trimmer];
}

/** An activity that began before its athlete's settings are known would lack its zones, so nothing begins before. */
async function knownSettings(platform: Platform, log: Logger): Promise<WatchedSettings> {
  const settings = watchAthleteSettings({ kv: await platform.config(), clock: systemClock, logger: log });
  try {
    await settings.untilKnown(SETTINGS_TIMEOUT_MS);
    return settings;
  } catch (err) {
    settings.stop();
    if (err instanceof ConfigUnknownError) throw new StartError(err.message, { cause: err });
    throw err;
  }
}

/** Not ready while a shard stands still: what follows from its messages is late. */
function healthOf(holder: Holder): { ok: boolean; detail?: string } {
  const troubled = holder.held().filter(({ trouble }) => trouble !== '');
  if (troubled.length === 0) return { ok: true };
  return { ok: false, detail: `shard ${troubled.map(({ shard }) => shard).join(', ')}: ${troubled[0].trouble}` };
}
