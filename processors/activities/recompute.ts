import type { ActivityRecord } from '../../schemas/activity.ts';
import { type ActivityEdits, editsOf } from '../../schemas/activity-edits.ts';
import { NO_ORIGINS } from '../../schemas/activity-origins.ts';
import type { AthleteSettings } from '../../schemas/athlete-settings.ts';
import { isWithin, leftOutSpans } from '../../schemas/left-out.ts';
import { settingsAt } from '../../schemas/settings-at.ts';
import { rankOf } from '../../schemas/source-ranks.ts';
import type { ActivityStore, Span, StoredRow } from './activity-store.ts';
import { CADENCE, LATITUDE, POWER, SPEED } from './metrics/grid.ts';
import type { ActivityOptions } from './options.ts';
import { Timeline } from './timeline.ts';

export interface RecomputeRequest extends Span {
  readonly athlete: string;
  readonly devices: readonly string[];
  readonly settings: AthleteSettings;
  /** Of what is found, and of the withdrawal of what is not found again. */
  readonly revision: number;
  /** Nothing at or after this is looked at: it belongs to the activity that goes on. */
  readonly beforeMs: number;
}

/** A span that reaches further than this is taken as it is then; nobody is on the way for longer. */
const MAX_SPAN_MS = 10 * 86_400_000;

/**
 * Finds the activities of a span again, in the stored samples: what to write, withdrawals among it. The span grows
 * until there is silence around it, because a late sample can join two activities, or part one, and a `stop` far
 * before it can be why nothing was found there. Throws StoreUnavailableError.
 */
export async function recomputeActivities(
  store: ActivityStore,
  request: RecomputeRequest,
  options: ActivityOptions,
): Promise<ActivityRecord[]> {
  const { athlete, devices, settings, revision, beforeMs } = request;
  const marginMs = (options.silenceS + 1) * 1000;
  let span: Span = { fromMs: request.fromMs, untilMs: request.untilMs };
  for (;;) {
    const around = { fromMs: span.fromMs - marginMs, untilMs: Math.min(span.untilMs + marginMs, beforeMs) };
    const before = await store.overlapping(athlete, around);
    const rows = counting(await store.rows({ athlete, devices }, around), settings);
    const found = findActivities(athlete, rows, settings, options, revision);
    const spans = found.map(({ startMs, endMs }) => ({ fromMs: startMs, untilMs: endMs }));
    const joined = joinsAround(settings, around);
    const wider = widened(span, [...before, ...spans, ...joined], rows.filter(matters));
    if (wider === span || wider.untilMs - wider.fromMs > MAX_SPAN_MS) {
      const ids = new Set(found.map(({ id }) => id));
      const gone = before.filter(({ id }) => !ids.has(id)).map((one) => withdrawn(athlete, one, revision));
      return [...found, ...gone];
    }
    span = wider;
  }
}

/** The same span when activities and movement around it lie within it; else one that holds them, and grows fast. */
function widened(span: Span, activities: readonly Span[], rows: readonly StoredRow[]): Span {
  let { fromMs, untilMs } = span;
  for (const one of activities) {
    fromMs = Math.min(fromMs, one.fromMs);
    untilMs = Math.max(untilMs, one.untilMs);
  }
  const lengthMs = untilMs - fromMs;
  const [first] = rows;
  const last = rows[rows.length - 1];
  if (first !== undefined && first.tsMs < fromMs) fromMs = first.tsMs - lengthMs;
  if (last !== undefined && last.tsMs >= untilMs) untilMs = last.tsMs + 1 + lengthMs;
  return fromMs === span.fromMs && untilMs === span.untilMs ? span : { fromMs, untilMs };
}

/** Who finds one side of a join has to look at the other. */
function joinsAround(settings: AthleteSettings, { fromMs, untilMs }: Span): Span[] {
  return editsOf(settings)
    .joinsS.map(({ fromS, untilS }) => ({ fromMs: fromS * 1000, untilMs: (untilS + 1) * 1000 }))
    .filter((join) => join.fromMs < untilMs && join.untilMs > fromMs);
}

const MOVEMENT = [SPEED, POWER, CADENCE];

/** What can open, end or carry on an activity. */
function matters({ kind, values }: StoredRow): boolean {
  if (kind !== 'samples') return kind === 'events';
  return values[LATITUDE] !== null || MOVEMENT.some((channel) => (values[channel] ?? 0) > 0);
}

/** Without what the athlete left out. */
function counting(rows: readonly StoredRow[], { leftOut }: AthleteSettings): readonly StoredRow[] {
  if (leftOut === undefined || leftOut.length === 0) return rows;
  const spans = new Map<string, ReturnType<typeof leftOutSpans>>();
  return rows.filter(({ device, source, tsMs }) => {
    const name = `${device}/${source}`;
    const own = spans.get(name) ?? leftOutSpans(leftOut, device, source);
    spans.set(name, own);
    return !isWithin(own, tsMs);
  });
}

/** The activities in rows that are in order of time, each with what the settings say of its own day and sport. */
export function findActivities(
  athlete: string,
  rows: readonly StoredRow[],
  settings: AthleteSettings,
  options: ActivityOptions,
  revision: number,
): ActivityRecord[] {
  const found: ActivityRecord[] = [];
  const edits = editsOf(settings);
  const timeline = new Timeline({
    athlete,
    options,
    edits,
    settingsAt: (startMs, sport) => settingsAt(settings, startMs, sport),
    onEnded: (record) => found.push(record),
    onIncomplete: () => undefined,
  });
  const due = editsInOrder(edits);
  for (const { kind, device, source, tsMs, values } of counting(rows, settings)) {
    while (due.length > 0 && due[0].beforeS * 1000 <= tsMs) due.shift()?.apply(timeline, revision);
    const rank = rankOf(device, source, settings.preferredSources);
    timeline.reach(tsMs, revision);
    if (kind !== 'samples') {
      timeline.note(kind, tsMs, { device, source, rank }, values);
      continue;
    }
    values.forEach((value, channel) => {
      if (value !== null) timeline.put(tsMs, { device, source, rank }, channel, value);
    });
  }
  timeline.advance(Math.floor(timeline.newestMs / 1000) + 1, revision);
  timeline.end(revision);
  return found;
}

interface DueEdit {
  /** It happens before the first sample of this second or later. */
  readonly beforeS: number;
  apply(timeline: Timeline, revision: number): void;
}

function editsInOrder({ splitsS, joinsS }: ActivityEdits): DueEdit[] {
  const splits = splitsS.map(
    (atS): DueEdit => ({ beforeS: atS, apply: (line, revision) => line.split(atS, revision) }),
  );
  const pauses = joinsS.flatMap(({ fromS, untilS }): DueEdit[] => [
    { beforeS: fromS + 1, apply: (line, revision) => line.pause('pause', fromS, revision) },
    { beforeS: untilS, apply: (line, revision) => line.pause('resume', untilS - 1, revision) },
  ]);
  return [...splits, ...pauses].sort((a, b) => a.beforeS - b.beforeS);
}

function withdrawn(athlete: string, { id, fromMs, untilMs }: Span & { id: string }, revision: number): ActivityRecord {
  return {
    id,
    athlete,
    revision,
    status: 'withdrawn',
    origin: 'stream',
    sport: 'other',
    startMs: fromMs,
    endMs: untilMs,
    follows: '',
    devices: [],
    settingsVersion: 0,
    origins: NO_ORIGINS,
    metrics: null,
  };
}
