import type { ActivityEvent, RecordedActivity } from './activity.ts';
import { DamageCounts } from './reasons.ts';
import { joinSeries } from './series.ts';

/** Parts of one multisport activity, as one. Null when they are not one after the other. */
export function joinActivities(parts: readonly RecordedActivity[]): RecordedActivity | null {
  const sorted = [...parts].sort((a, b) => a.startMs - b.startMs);
  if (sorted.some((part, i) => i > 0 && part.startMs <= sorted[i - 1].endMs)) return null;
  const damage = new DamageCounts();
  const ignored: Record<string, number> = {};
  for (const part of sorted) {
    for (const { reason, count } of part.damage) damage.add(reason, count);
    for (const [name, count] of Object.entries(part.ignored)) ignored[name] = (ignored[name] ?? 0) + count;
  }
  const beats = sorted.flatMap(({ rr }) => (rr === null ? [] : [rr]));
  return {
    startMs: sorted[0].startMs,
    endMs: sorted[sorted.length - 1].endMs,
    sessions: sorted.flatMap(({ sessions }) => sessions),
    laps: sorted.flatMap(({ laps }) => laps),
    lengths: sorted.flatMap(({ lengths }) => lengths),
    events: withoutEnds(sorted.flatMap(({ events }) => events)),
    devices: sorted[0].devices,
    samples: joinSeries(sorted.map(({ samples }) => samples)),
    rr: beats.length === 0 ? null : joinSeries(beats),
    ignored,
    damage: damage.list(),
  };
}

/** The stop of a part and the start of the next are a pause between them. */
function withoutEnds(events: readonly ActivityEvent[]): ActivityEvent[] {
  const last = events.length - 1;
  return events.map((event, i) => {
    if (event.type === 'stop' && i < last) return { ...event, type: 'pause' };
    return event.type === 'start' && i > 0 ? { ...event, type: 'resume' } : event;
  });
}
