import type { Lap, LapTrigger, RecordedActivity } from '../activity.ts';
import { measuredAt, measuredText } from '../measured.ts';
import { createTextWriter, isoTime } from '../xml/xml-writer.ts';

const HEAD = `<?xml version="1.0" encoding="UTF-8"?>
<TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"
  xmlns:x="http://www.garmin.com/xmlschemas/ActivityExtension/v2"><Activities>
`;
/** The schema knows no more. */
const SPORTS: Readonly<Record<string, string>> = { running: 'Running', cycling: 'Biking' };
const TRIGGERS: Readonly<Record<LapTrigger, string>> = {
  manual: 'Manual',
  time: 'Time',
  distance: 'Distance',
  position: 'Location',
  session_end: 'Manual',
  other: 'Manual',
};

/**
 * A TCX file (TrainingCenterDatabase v2, ActivityExtension v2). Every sample is in the lap that has begun last. Lost:
 * every channel but position, altitude, distance, heart rate, cadence (whole), speed and power; the exact sport and all
 * sessions but the first; lengths; pauses; devices; heart beats.
 */
export function writeTcx(activity: RecordedActivity): Uint8Array {
  const { samples, sessions } = activity;
  const [{ sport }] = sessions;
  const laps = lapsOf(activity);
  const out = createTextWriter();
  out.write(`${HEAD}<Activity Sport="${SPORTS[sport] ?? 'Other'}"><Id>${isoTime(activity.startMs)}</Id>\n`);
  let row = 0;
  laps.forEach((lap, number) => {
    const untilMs = laps[number + 1]?.startMs ?? Number.POSITIVE_INFINITY;
    out.write(lapHead(lap));
    for (; row < samples.timesMs.length && samples.timesMs[row] < untilMs; row++) out.write(pointOf(activity, row));
    out.write('</Track></Lap>\n');
  });
  out.write('</Activity>\n</Activities></TrainingCenterDatabase>\n');
  return out.finish();
}

/** The laps, the first of which begins with the samples. */
function lapsOf({ laps, startMs, endMs }: RecordedActivity): Lap[] {
  if (laps.length > 0) return [{ ...laps[0], startMs: Math.min(laps[0].startMs, startMs) }, ...laps.slice(1)];
  return [{ startMs, endMs, trigger: 'manual', totals: { timerMs: endMs - startMs } }];
}

function lapHead({ startMs, endMs, trigger, totals }: Lap): string {
  const { timerMs = endMs - startMs, distanceM = 0, energyKcal = 0 } = totals;
  return (
    `<Lap StartTime="${isoTime(startMs)}"><TotalTimeSeconds>${timerMs / 1_000}</TotalTimeSeconds>` +
    `<DistanceMeters>${distanceM}</DistanceMeters><Calories>${Math.round(energyKcal)}</Calories>` +
    `<Intensity>Active</Intensity><TriggerMethod>${TRIGGERS[trigger]}</TriggerMethod><Track>\n`
  );
}

function pointOf({ samples }: RecordedActivity, row: number): string {
  const value = (channel: string) => measuredAt(samples, channel, row);
  const element = (name: string, channel: string, text = (number: number) => measuredText(channel, number)) => {
    const measured = value(channel);
    return measured === undefined ? '' : `<${name}>${text(measured)}</${name}>`;
  };
  const whole = (number: number) => String(Math.round(number));
  const hasPlace = value('latitude') !== undefined && value('longitude') !== undefined;
  const degrees = `${element('LatitudeDegrees', 'latitude')}${element('LongitudeDegrees', 'longitude')}`;
  const place = hasPlace ? `<Position>${degrees}</Position>` : '';
  const climb = `${element('AltitudeMeters', 'altitude')}${element('DistanceMeters', 'distance')}`;
  const bpm = element('Value', 'heart_rate', whole);
  const heartRate = bpm && `<HeartRateBpm>${bpm}</HeartRateBpm>`;
  const cadence = element('Cadence', 'cadence', whole);
  const more = `${element('x:Speed', 'speed')}${element('x:Watts', 'power', whole)}`;
  const extensions = more && `<Extensions><x:TPX>${more}</x:TPX></Extensions>`;
  const time = `<Time>${isoTime(samples.timesMs[row])}</Time>`;
  return `<Trackpoint>${time}${place}${climb}${heartRate}${cadence}${extensions}</Trackpoint>\n`;
}
