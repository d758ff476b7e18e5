import { CHANNELS } from '../../schemas/channels.ts';
import { type RecordedActivity, wholeSession } from '../activity.ts';
import { DamageCounts, RefusedFileError } from '../reasons.ts';
import { type Series, SeriesBuilder } from '../series.ts';
import { sportNamed } from '../sport-names.ts';
import { readXml, type XmlElement } from '../xml/xml-reader.ts';
import { decimalOf, setMeasured, timeOf } from '../xml/xml-values.ts';
import { joinTracks, type Track } from './join-tracks.ts';

/**
 * Elements of a point, by local name, with the channel that each one means: GPX 1.0 and 1.1, Garmin's
 * TrackPointExtension v1 and v2, and `power`, which many programs write straight into the extensions.
 */
const POINT_CHANNELS: Readonly<Record<string, string>> = {
  // What our own files say has the names of the channels.
  ...Object.fromEntries(CHANNELS.map(({ name }) => [name, name])),
  ele: 'altitude',
  hr: 'heart_rate',
  heartrate: 'heart_rate',
  cad: 'cadence',
  atemp: 'ambient_temperature',
  temp: 'ambient_temperature',
  PowerInWatts: 'power',
};
/** Of points, and nothing that we keep. */
const SILENT = new Set(['time', 'extensions', 'TrackPointExtension', 'trkpt', 'TrackPointExtensions']);
const MAX_TRACKS = 10_000;
const MAX_IGNORED = 100;

/**
 * Reads the tracks of a GPX file (https://www.topografix.com/gpx.asp). Routes and waypoints are no activity. Throws
 * RefusedFileError when there is none.
 */
export function readGpx(bytes: Uint8Array, nowMs: number): RecordedActivity[] {
  const reader = createGpxReader(nowMs);
  const isWhole = readXml(bytes, reader.handler);
  // A file that breaks off leaves its last track open.
  reader.end();
  const { tracks, seen } = reader;
  if (seen.points > 0 && seen.timed === 0) throw new RefusedFileError('route_without_times');
  if (tracks.length === 0 && !isWhole) throw new RefusedFileError('bad_xml');
  if (tracks.length === 0) throw new RefusedFileError(seen.hasRoute ? 'route_without_times' : 'no_samples');
  if (!isWhole) tracks[tracks.length - 1].damage.add('truncated');
  return joinTracks(tracks);
}

export function countIgnored(ignored: Map<string, number>, name: string): void {
  if (ignored.size < MAX_IGNORED || ignored.has(name)) ignored.set(name, (ignored.get(name) ?? 0) + 1);
}

interface OpenTrack {
  readonly damage: DamageCounts;
  readonly series: SeriesBuilder;
  readonly segments: { startMs: number; endMs: number }[];
  readonly ignored: Map<string, number>;
  sport: string;
}

function createGpxReader(nowMs: number) {
  const tracks: Track[] = [];
  let track: OpenTrack | null = null;
  let point: { lat: number; lon: number; values: [string, string][] } | null = null;
  let timeMs = Number.NaN;
  let isInSegment = false;
  const seen = { points: 0, timed: 0, hasRoute: false };

  function open({ name, attributes }: XmlElement): void {
    if (name === 'rte' || name === 'wpt') seen.hasRoute = true;
    if (name === 'trk') {
      isInSegment = false;
      const damage = new DamageCounts();
      track = { damage, series: new SeriesBuilder(damage, nowMs), segments: [], ignored: new Map(), sport: '' };
    } else if (name === 'trkseg') {
      isInSegment = false;
    } else if (name === 'trkpt' && track !== null) {
      point = { lat: decimalOf(attributes.lat), lon: decimalOf(attributes.lon), values: [] };
      timeMs = Number.NaN;
    }
  }

  function close(name: string, text: string): void {
    if (track === null) return;
    if (name === 'trkpt' && point !== null) takePoint(track, point);
    else if (point !== null) {
      if (name === 'time') timeMs = timeOf(text);
      else if (!SILENT.has(name) && text.trim() !== '') point.values.push([name, text]);
    } else if (name === 'type') track.sport = text.trim();
    else if (name === 'trk') finishTrack(track);
    if (name === 'trkpt') point = null;
    if (name === 'trk') track = null;
  }

  function takePoint(into: OpenTrack, { lat, lon, values }: NonNullable<typeof point>): void {
    seen.points++;
    if (!Number.isNaN(timeMs)) seen.timed++;
    const { series, segments, ignored, damage } = into;
    if (!series.begin(timeMs)) return;
    const isPlace = Math.abs(lat) <= 90 && Math.abs(lon) <= 180;
    if (isPlace) {
      setMeasured(series, 'latitude', lat);
      setMeasured(series, 'longitude', lon);
    } else damage.add('impossible_value');
    for (const [name, text] of values) {
      const channel = POINT_CHANNELS[name];
      const value = decimalOf(text);
      if (channel === undefined) countIgnored(ignored, name);
      else if (Number.isNaN(value)) damage.add('impossible_value');
      else setMeasured(series, channel, value);
    }
    if (isInSegment) segments[segments.length - 1].endMs = timeMs;
    else segments.push({ startMs: timeMs, endMs: timeMs });
    isInSegment = true;
  }

  function finishTrack({ series, ...rest }: OpenTrack): void {
    const samples: Series | null = series.finish();
    if (samples === null || tracks.length >= MAX_TRACKS) return;
    tracks.push({ ...rest, samples, session: wholeSession(samples, ...sportNamed(rest.sport)) });
  }

  return {
    tracks,
    handler: { open, close },
    seen,
    end(): void {
      if (track !== null) finishTrack(track);
    },
  };
}
