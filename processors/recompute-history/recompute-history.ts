import type { ActivityRecord } from '../../schemas/activity.ts';
import type { AthleteSettings } from '../../schemas/athlete-settings.ts';
import type { ActivityStore } from '../activities/activity-store.ts';
import { METRIC_VERSIONS } from '../activities/metrics/versions.ts';
import type { ActivityOptions } from '../activities/options.ts';
import { recomputeActivities } from '../activities/recompute.ts';
import { type ActivityHistory, isOlder, type OlderQuery, type PastActivity } from './activity-history.ts';
import type { DifferenceTable } from './difference-table.ts';
import { type Apply, publishHistory } from './publish-history.ts';

export interface RecomputeHistoryDeps {
  readonly history: ActivityHistory;
  readonly store: ActivityStore;
  readonly query: OlderQuery;
  /** As they are now; each activity takes what they say of its own day. */
  settingsOf(athlete: string): Promise<AthleteSettings>;
  /** When the athlete's activity that goes on began, ms; null when none does. */
  goesOnSince(athlete: string): Promise<number | null>;
  readonly options: ActivityOptions;
  readonly differences: DifferenceTable;
  /** Null: nothing is written. */
  readonly apply: Apply | null;
  readonly signal: AbortSignal;
  onProgress(counts: HistoryCounts): void;
  /** Activities that are looked up at once. */
  readonly pageActivities?: number;
}

/** Of activities. */
export interface HistoryCounts {
  /** Of an older version, that this came to. */
  readonly looked: number;
  /** Found again, and computed by the present versions. */
  readonly computed: number;
  /** Not known before: the samples show them now. */
  readonly added: number;
  /** Not found again: they are part of others, or were none. */
  readonly withdrawn: number;
  /** They go on, or touch what goes on: the holder computes them with the present versions when it ends. */
  readonly goingOn: number;
  /** The stored samples show nothing at all there; they stay as they are. */
  readonly withoutSamples: number;
}

/**
 * Computes activities again that an older version of the metrics computed: from the stored samples, by the same code as
 * late data, one span of an athlete after the other, in bounded memory.
 *
 * With `apply` the later revisions are published. Facts go first and the store's row last, because the row is what
 * says that it is done: killed in between, the activity is still of an older version, and another run publishes it
 * again under a greater revision. Done twice it changes nothing, as nothing is of an older version then. Holders go on
 * meanwhile; `fence.ts` says why neither undoes what the other knows better. Once an athlete is done, the holder is
 * asked for the records that follow: `records-due.ts`.
 *
 * Throws StoreUnavailableError, StoreRefusedError, LogFullError, LogUnavailableError, KvUnavailableError, and what
 * `settingsOf` throws.
 */
export async function recomputeHistory(deps: RecomputeHistoryDeps): Promise<HistoryCounts> {
  const { history, query, apply, signal, pageActivities = 100 } = deps;
  const counts = { looked: 0, computed: 0, added: 0, withdrawn: 0, goingOn: 0, withoutSamples: 0 };
  let after: { athlete: string; id: string } | null = null;
  let athlete: AthleteInTurn | null = null;
  await apply?.recordsDue.askForTheRest();
  for (;;) {
    const page = await history.older({ ...query, after, limit: pageActivities });
    for (const one of page) {
      signal.throwIfAborted();
      if (athlete?.key !== one.athlete) {
        await askForRecords(athlete, apply);
        athlete = await nextAthlete(one.athlete, deps);
      }
      counts.looked++;
      if (!athlete.done.has(one.id)) await recomputeOne(one, athlete, deps, counts);
      deps.onProgress({ ...counts });
    }
    if (page.length < pageActivities) break;
    after = page[page.length - 1];
  }
  await askForRecords(athlete, apply);
  return counts;
}

async function askForRecords(athlete: AthleteInTurn | null, apply: Apply | null): Promise<void> {
  if (athlete?.isPublished) await apply?.recordsDue.ask(athlete.key);
}

interface AthleteInTurn {
  readonly key: string;
  readonly devices: readonly string[];
  readonly goesOnSinceMs: number;
  readonly settings: AthleteSettings;
  /** Activities that a span before theirs took along. */
  readonly done: Set<string>;
  /** Something of theirs was published, so records have to be looked at. */
  isPublished: boolean;
}

async function nextAthlete(
  key: string,
  { history, goesOnSince, settingsOf }: RecomputeHistoryDeps,
): Promise<AthleteInTurn> {
  const [devices, since, settings] = await Promise.all([history.devices(key), goesOnSince(key), settingsOf(key)]);
  const goesOnSinceMs = since ?? Number.POSITIVE_INFINITY;
  return { key, devices, settings, goesOnSinceMs, done: new Set(), isPublished: false };
}

type Counts = { -readonly [Name in keyof HistoryCounts]: number };

async function recomputeOne(
  one: Pick<PastActivity, 'id' | 'fromMs' | 'untilMs'>,
  athlete: AthleteInTurn,
  deps: RecomputeHistoryDeps,
  counts: Counts,
): Promise<void> {
  const { key, devices, settings, goesOnSinceMs, done } = athlete;
  const { store, history, options, apply, signal } = deps;
  if (one.untilMs + options.silenceS * 1000 > goesOnSinceMs) {
    counts.goingOn++;
    return;
  }
  const records = await recomputeActivities(
    store,
    {
      athlete: key,
      devices,
      fromMs: one.fromMs,
      untilMs: one.untilMs,
      settings,
      revision: apply === null ? 0 : 2 * apply.fenceSeq + 1,
      beforeMs: goesOnSinceMs,
    },
    options,
  );
  if (!records.some(({ status }) => status === 'finished')) {
    counts.withoutSamples++;
    return;
  }
  const ids = records.map(({ id }) => id);
  const before = new Map((await history.read(key, ids)).map((past) => [past.id, past]));
  const changed = records.filter(
    (record) => !done.has(record.id) && isWorthWriting(record, before.get(record.id), deps),
  );
  if (apply !== null && changed.length > 0) {
    athlete.isPublished = true;
    await publishHistory(changed, apply, { settings, store, signal });
  }
  for (const record of changed) countOne(record, before.get(record.id), deps, counts);
  for (const id of ids) done.add(id);
}

/** What the present versions computed already stays; what somebody withdrew meanwhile is withdrawn. */
function isWorthWriting(
  { status }: ActivityRecord,
  past: PastActivity | undefined,
  { query }: RecomputeHistoryDeps,
): boolean {
  if (past === undefined) return status === 'finished';
  return status === 'withdrawn' || isOlder(past, query.settingsBelow);
}

function countOne(
  record: ActivityRecord,
  past: PastActivity | undefined,
  { differences }: RecomputeHistoryDeps,
  counts: Counts,
): void {
  if (record.status === 'withdrawn') {
    counts.withdrawn++;
    return;
  }
  if (past === undefined) {
    counts.added++;
    return;
  }
  counts.computed++;
  const { athlete, id, metrics, settingsVersion } = record;
  differences.add({
    ...{ athlete, id },
    before: { metrics: past.metrics, versions: { ...past.versions, settings: past.settingsVersion } },
    after: { metrics, versions: { ...METRIC_VERSIONS, settings: settingsVersion } },
  });
}
