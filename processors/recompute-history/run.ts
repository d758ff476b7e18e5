import { readAthleteSettings } from '../../runtime/athlete-settings.ts';
import { BusTimeoutError, NoRespondersError } from '../../runtime/bus.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { KeyValue } from '../../runtime/kv/kv.ts';
import type { Platform } from '../../runtime/nats/platform.ts';
import type { Options } from '../../runtime/options.ts';
import type { ReleaseStack } from '../../runtime/release.ts';
import { StartError } from '../../runtime/service.ts';
import { shardOf } from '../../schemas/identity.ts';
import { encodeLive, readLiveAnswer } from '../../schemas/live-activity.ts';
import { createClickHouseActivityStore } from '../activities/clickhouse-activity-store.ts';
import { createClickHouseGearStore } from '../activities/gear/clickhouse-gear-store.ts';
import { DEFAULT_ACTIVITY_OPTIONS } from '../activities/options.ts';
import { type ClickHouse, createClickHouse } from '../clickhouse/clickhouse-client.ts';
import { createClickHouseHistory, type OlderQuery } from './activity-history.ts';
import { createDifferenceTable } from './difference-table.ts';
import { raiseFence } from './fence.ts';
import type { recomputeHistoryOptions } from './options.ts';
import type { ProgressBar } from './progress.ts';
import type { Apply } from './publish-history.ts';
import { recomputeHistory } from './recompute-history.ts';
import { createRecordsDue } from './records-due.ts';
import { countsText, differencesText } from './report.ts';

export interface RunDeps {
  readonly options: Options<typeof recomputeHistoryOptions>;
  readonly platform: Platform;
  readonly clock: Clock;
  readonly release: ReleaseStack;
  readonly signal: AbortSignal;
  readonly progress: ProgressBar;
  say(text: string): void;
}

const LIVE_TIMEOUT_MS = 2_000;
const END_OF_TIME_MS = Date.UTC(2200, 0, 1);

/** Runs the command to its end. Throws StartError when it cannot, with what to do. */
export async function runRecomputeHistory(deps: RunDeps): Promise<void> {
  const { options, platform, release, signal, progress, say } = deps;
  const clickHouse = createClickHouse(options.clickhouseUrl);
  release.add('ClickHouse', () => clickHouse.close());
  const history = createClickHouseHistory(clickHouse);
  const config = await platform.config();
  if (options.restated && options.athlete === undefined) throw new StartError('--restated: of which --athlete?');
  const query: OlderQuery = {
    settingsBelow: options.restated ? (await readAthleteSettings(config, options.athlete ?? '')).version : 0,
    athlete: options.athlete ?? null,
    fromMs: options.from === undefined ? 0 : timeOf('from', options.from),
    untilMs: options.until === undefined ? END_OF_TIME_MS : timeOf('until', options.until),
  };
  const apply = options.apply ? await openApply(config, clickHouse, deps) : null;
  const total = await history.countOlder(query);
  const differences = createDifferenceTable(options.examples);
  const counts = await recomputeHistory({
    ...{ history, query, differences, apply, signal },
    store: createClickHouseActivityStore(clickHouse),
    settingsOf: (athlete) => readAthleteSettings(config, athlete),
    goesOnSince: (athlete) => goesOnSince(athlete, deps),
    options: DEFAULT_ACTIVITY_OPTIONS,
    onProgress: ({ looked }) => progress.update(looked, Math.max(total, looked)),
  });
  progress.stop();
  if (counts.looked === 0) return say('no activity is of an older version: there is nothing to compute');
  say(differencesText(differences.rows()));
  say(countsText(counts, apply !== null));
  if (apply === null) say('nothing was written: --apply publishes it');
}

async function openApply(config: KeyValue, clickHouse: ClickHouse, deps: RunDeps): Promise<Apply> {
  const { platform, options, clock, signal } = deps;
  const { names } = platform;
  const frames = await platform.frames();
  return {
    facts: await platform.facts(),
    names,
    gear: createClickHouseGearStore(clickHouse),
    recordsDue: createRecordsDue({ config, frames, names, shards: options.shards }),
    fenceSeq: await raiseFence({ frames, names, clock, signal, maxWaitMs: options.sinkWaitMs }),
    nowMs: clock.nowMs,
  };
}

/** Nobody who answers: whatever goes on there ends later than the fence, so its own revision will be the greater. */
async function goesOnSince(athlete: string, { platform, options }: RunDeps): Promise<number | null> {
  const subject = platform.names.liveActivities(shardOf(athlete, options.shards));
  try {
    const answer = readLiveAnswer(await platform.bus.request(subject, encodeLive({ athlete }), LIVE_TIMEOUT_MS));
    return answer !== null && 'activity' in answer ? (answer.activity?.startMs ?? null) : null;
  } catch (error) {
    if (error instanceof NoRespondersError || error instanceof BusTimeoutError) return null;
    throw error;
  }
}

function timeOf(option: string, text: string): number {
  const timeMs = Date.parse(text);
  if (!Number.isNaN(timeMs)) return timeMs;
  throw new StartError(`--${option}: got "${text}", expected a time such as 2026-01-31 or 2026-01-31T08:00:00Z`);
}
