import type { RecordedActivity } from '../activity.ts';
import { measuredAt, measuredText, rowsBySession } from '../measured.ts';
import { sportText } from '../sport-names.ts';
import { createTextWriter, escapeXml, isoTime } from '../xml/xml-writer.ts';

const HEAD = `<?xml version="1.0" encoding="UTF-8"?>
<gpx version="1.1" creator="Slipstream" xmlns="http://www.topografix.com/GPX/1/1"
  xmlns:gpxtpx="http://www.garmin.com/xmlschemas/TrackPointExtension/v2" xmlns:slip="urn:slipstream:channels:1">
`;
/** Of Garmin's TrackPointExtension v2; its elements have this order. */
const GARMIN: readonly (readonly [channel: string, element: string])[] = [
  ['ambient_temperature', 'atemp'],
  ['heart_rate', 'hr'],
  ['cadence', 'cad'],
  ['speed', 'speed'],
];
const IN_POINT = new Set(['latitude', 'longitude', 'altitude', ...GARMIN.map(([channel]) => channel)]);

/**
 * A GPX 1.1 file with a track for each session and a segment for each stretch between pauses. Lost: samples without a
 * position, laps, lengths, totals, devices and heart beats, and when exactly the pauses were. Null when no sample has a
 * position: GPX has nothing to say then.
 */
export function writeGpx(activity: RecordedActivity): Uint8Array | null {
  const { samples, sessions, events } = activity;
  const resumes = events.filter(({ type }) => type === 'resume').map(({ timeMs }) => timeMs);
  const channels = Object.keys(samples.columns).filter((channel) => !IN_POINT.has(channel));
  const out = createTextWriter();
  out.write(HEAD);
  let [current, resume, points] = [-1, 0, 0];
  for (const { session, row } of rowsBySession(activity)) {
    const [lat, lon] = [measuredAt(samples, 'latitude', row), measuredAt(samples, 'longitude', row)];
    if (lat === undefined || lon === undefined) continue;
    const timeMs = samples.timesMs[row];
    let isNewSegment = false;
    for (; resume < resumes.length && resumes[resume] <= timeMs; resume++) isNewSegment = true;
    if (session !== current) {
      if (current >= 0) out.write('</trkseg></trk>\n');
      out.write(`<trk><type>${escapeXml(sportText(sessions[session]))}</type><trkseg>\n`);
      current = session;
    } else if (isNewSegment) out.write('</trkseg><trkseg>\n');
    out.write(pointOf(activity, row, { lat, lon, timeMs, channels }));
    points++;
  }
  if (points === 0) return null;
  out.write('</trkseg></trk>\n</gpx>\n');
  return out.finish();
}

interface Point {
  readonly lat: number;
  readonly lon: number;
  readonly timeMs: number;
  /** Those that GPX and Garmin have no element for. */
  readonly channels: readonly string[];
}

function pointOf({ samples }: RecordedActivity, row: number, { lat, lon, timeMs, channels }: Point): string {
  const element = (channel: string, name: string) => {
    const value = measuredAt(samples, channel, row);
    return value === undefined ? '' : `<${name}>${measuredText(channel, value)}</${name}>`;
  };
  const garmin = GARMIN.map(([channel, name]) => element(channel, `gpxtpx:${name}`)).join('');
  const own = channels.map((channel) => element(channel, channel === 'power' ? channel : `slip:${channel}`)).join('');
  const extensions = `${garmin && `<gpxtpx:TrackPointExtension>${garmin}</gpxtpx:TrackPointExtension>`}${own}`;
  const place = `lat="${measuredText('latitude', lat)}" lon="${measuredText('longitude', lon)}"`;
  return `<trkpt ${place}>${element('altitude', 'ele')}<time>${isoTime(timeMs)}</time>${
    extensions && `<extensions>${extensions}</extensions>`
  }</trkpt>\n`;
}
