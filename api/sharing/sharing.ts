import type { RecordedActivity } from '../../files/activity.ts';
import { CHANNELS, type Channel, channelsOf } from '../../schemas/channels.ts';
import { recordedActivity } from '../activities/export/recorded-activity.ts';
import { storedRows } from '../activities/export/stored-rows.ts';
import type { ActivityReader, StoredActivity } from '../activities/reader.ts';
import { NO_STREAMS, readStreams, type Streams, stepFor } from '../activities/streams.ts';
import type { AccountCaller } from '../caller.ts';
import type { Database } from '../database/database.ts';
import { Problem } from '../problem.ts';
import type { SampleHistory } from '../samples/history.ts';
import { sharedAnswer } from './answer.ts';
import { type ReasonHidden, readOwn, readShared, type SharedRow, whyHidden } from './shared-row.ts';
import { shieldsOf } from './shields.ts';
import { isShownChannel, type ShownKinds, shownKinds } from './shown-data.ts';
import { createShownHistory } from './shown-history.ts';
import { type Fix, type Shown, shownSpans } from './shown-spans.ts';
import type { SharedWorkout } from './statements.ts';

export interface SharingDeps {
  readonly database: Database;
  readonly activities: Pick<ActivityReader, 'read'>;
  readonly history: Pick<SampleHistory, 'rows' | 'buckets'>;
}

/** A workout as others see it: nothing of it is read past `samples`. */
interface View extends Shown {
  readonly row: SharedRow;
  readonly kinds: ShownKinds;
  /** Null for one entered by hand. */
  readonly activity: StoredActivity | null;
  readonly samples: Pick<SampleHistory, 'rows' | 'buckets'>;
}

export interface SharedPreview {
  readonly isShared: boolean;
  readonly hiddenBy: ReasonHidden[];
  readonly workout: SharedWorkout;
}

const channel = (name: string) => CHANNELS.find((one) => one.name === name)!;
const POSITION = [channel('latitude'), channel('longitude')];
/** Of these the numbers of a track are made that others see a part of. */
const TRACK_CHANNELS = [...POSITION, channel('heart_rate')];
const TRACK_POINTS = 1_000;

const degreesOf = (stored: number | null) => (stored === null ? Number.NaN : stored / POSITION[0].scale);

/**
 * What others than its owner see of a workout, the one place that decides it: whether they see it, which kinds of data,
 * and which part of the time (docs/decisions/051). What they must not see answers like what is not there.
 */
export function createSharing({ database, activities, history }: SharingDeps) {
  async function view(row: SharedRow, kinds: ShownKinds, signal: AbortSignal): Promise<View> {
    const activity = row.source === 'manual' ? null : await activities.read(row.athlete, row.id, signal);
    if (row.source === 'stream' && activity === null) throw new Problem('unknown_workout', { detail: row.id });
    const shown = activity === null ? { spans: [], isCut: false } : await shownOf(activity, row, signal);
    return { row, kinds, activity, ...shown, samples: createShownHistory(history, shown.spans, kinds) };
  }

  async function shownOf({ devices, startMs, endMs }: StoredActivity, row: SharedRow, signal: AbortSignal) {
    const whole = { fromMs: startMs, untilMs: endMs };
    const shields = shieldsOf(row.privacy_key, row.zones);
    if (shields.length === 0) return shownSpans([], shields, whole);
    const question = { kind: 'samples' as const, devices, fromMs: startMs, toMs: endMs, channels: POSITION };
    const fixes: Fix[] = [];
    for await (const { tsMs: atMs, values } of storedRows(history, question, signal)) {
      const [latitude, longitude] = values;
      if (latitude === null && longitude === null) continue;
      fixes.push({ atMs, latitude: degreesOf(latitude), longitude: degreesOf(longitude) });
    }
    return shownSpans(fixes, shields, whole);
  }

  async function streamsOf(
    { activity, samples }: View,
    channels: readonly Channel[],
    points: number,
    signal: AbortSignal,
  ): Promise<Streams & { stepMs: number }> {
    if (activity === null) return { ...NO_STREAMS, stepMs: 1_000 };
    const { devices, origins, startMs: fromMs, endMs: toMs } = activity;
    const stepMs = stepFor(toMs - fromMs, points);
    return { stepMs, ...(await readStreams(samples, { devices, origins, channels, fromMs, toMs, stepMs }, signal)) };
  }

  async function answer(seen: View, signal: AbortSignal): Promise<SharedWorkout> {
    const needsTrack = seen.isCut || seen.kinds.has('tracks');
    if (!needsTrack) return sharedAnswer(seen, null);
    // How long a track is others may know without seeing where: so it is measured with the positions in any case.
    const kinds = new Set([...seen.kinds, 'tracks' as const]);
    const samples = createShownHistory(history, seen.spans, kinds);
    return sharedAnswer(seen, await streamsOf({ ...seen, samples }, TRACK_CHANNELS, TRACK_POINTS, signal));
  }

  async function shared(id: string, signal: AbortSignal): Promise<View> {
    const row = await readShared(database, id);
    if (row === null) throw new Problem('unknown_workout', { detail: id });
    return view(row, shownKinds(row.shown), signal);
  }

  return {
    /** Throws `unknown_workout` for what is not there and for what others must not see; so do all of these. */
    async read(id: string, signal: AbortSignal): Promise<SharedWorkout> {
      return answer(await shared(id, signal), signal);
    },

    /** For charts: columns of the channels that are shown. Throws StoreUnavailableError. */
    async streams(id: string, points: number, signal: AbortSignal) {
      const seen = await shared(id, signal);
      const channels = channelsOf('samples').filter(({ name }) => isShownChannel(name, seen.kinds));
      return { channels, ...(await streamsOf(seen, channels, points, signal)) };
    },

    /** As a file tells it: no totals, no devices, no laps but those within what is shown. Null when nothing is left. */
    async recorded(id: string, signal: AbortSignal): Promise<{ sport: string; recorded: RecordedActivity | null }> {
      const { activity, samples, row } = await shared(id, signal);
      if (activity === null) return { sport: row.sport, recorded: null };
      const recorded = await recordedActivity(samples, { ...activity, sport: row.sport, metrics: null }, signal);
      return { sport: row.sport, recorded: recorded && { ...recorded, devices: [] } };
    },

    /** What others would see of one's own workout, and what keeps them out, whether it is shared or not. */
    async preview(owner: Pick<AccountCaller, 'account'>, id: string, signal: AbortSignal): Promise<SharedPreview> {
      const row = await readOwn(database, owner.account, id);
      if (row === null) throw new Problem('unknown_workout', { detail: id });
      const hiddenBy = whyHidden(row);
      const kinds = new Set([...shownKinds(row.shown), 'activities' as const]);
      return {
        isShared: hiddenBy.length === 0,
        hiddenBy,
        workout: await answer(await view(row, kinds, signal), signal),
      };
    },
  };
}

export type Sharing = ReturnType<typeof createSharing>;
