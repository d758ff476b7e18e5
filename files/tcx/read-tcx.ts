import {
  type Lap,
  type LapTrigger,
  type RecordedActivity,
  type RecordingDevice,
  type Totals,
  wholeSession,
} from '../activity.ts';
import { pausesBetween } from '../gpx/join-tracks.ts';
import { joinActivities } from '../join-activities.ts';
import { DamageCounts, RefusedFileError } from '../reasons.ts';
import { SeriesBuilder } from '../series.ts';
import { sportNamed } from '../sport-names.ts';
import { readXml, type XmlElement } from '../xml/xml-reader.ts';
import { decimalOf, setMeasured, timeOf } from '../xml/xml-values.ts';

/**
 * Paths of elements below a Trackpoint with the channel that each means. TPX is Garmin's ActivityExtension v2.
 * Cadence means revolutions of a crank; the cadence of a run stands in the extension.
 */
const POINT_CHANNELS: Readonly<Record<string, string>> = {
  'Position/LatitudeDegrees': 'latitude',
  'Position/LongitudeDegrees': 'longitude',
  AltitudeMeters: 'altitude',
  DistanceMeters: 'distance',
  'HeartRateBpm/Value': 'heart_rate',
  Cadence: 'cadence',
  'Extensions/TPX/Speed': 'speed',
  'Extensions/TPX/Watts': 'power',
  'Extensions/TPX/RunCadence': 'cadence',
};
/** Structure, times, and states that say nothing about the athlete. */
const SILENT = new Set(['Time', 'Position', 'HeartRateBpm', 'Extensions', 'Extensions/TPX', 'SensorState']);
const TRIGGERS: Readonly<Record<string, LapTrigger>> = {
  Manual: 'manual',
  Distance: 'distance',
  Time: 'time',
  Location: 'position',
  HeartRate: 'other',
};
const MAX_LAPS = 10_000;
/** What an activity stands in, by itself or as a part of a multisport session. */
const PARENTS = new Set<string | undefined>(['Activities', 'FirstSport', 'NextSport']);

/**
 * Reads the activities of a TCX file (Garmin TrainingCenterDatabase v2). Courses and plans are none. Throws
 * RefusedFileError when there is no activity with samples.
 */
export function readTcx(bytes: Uint8Array, nowMs: number): RecordedActivity[] {
  const reader = createTcxReader(nowMs);
  const isWhole = readXml(bytes, reader.handler);
  const activities = reader.finish(isWhole);
  if (activities.length > 0) return activities;
  if (!isWhole) throw new RefusedFileError('bad_xml');
  throw new RefusedFileError(reader.seen.activities === 0 ? 'not_an_activity' : 'no_samples');
}

interface OpenLap {
  startMs: number;
  trigger: LapTrigger;
  readonly totals: { -readonly [K in keyof Totals]: Totals[K] };
}

interface OpenActivity {
  readonly sport: [string, string];
  readonly damage: DamageCounts;
  readonly series: SeriesBuilder;
  readonly laps: Lap[];
  readonly tracks: { startMs: number; endMs: number }[];
  readonly ignored: Map<string, number>;
  readonly device: { product?: string; serial?: string };
}

/** Devices that write a point only where something changes write one at least this often. */
const MAX_GAP_BETWEEN_LAPS_MS = 10_000;

function createTcxReader(nowMs: number) {
  const path: string[] = [];
  const finished: RecordedActivity[] = [];
  /** Of the multisport session that is open. */
  let parts: RecordedActivity[] | null = null;
  const seen = { activities: 0 };
  let activity: OpenActivity | null = null;
  let lap: OpenLap | null = null;
  let point: Map<string, string> | null = null;
  let pointDepth = 0;
  let isNewTrack = true;
  let isNewLap = false;

  function open({ name, attributes }: XmlElement): void {
    const parent = path.at(-1);
    path.push(name);
    if (name === 'MultiSportSession') {
      parts = [];
    } else if (name === 'Activity' && PARENTS.has(parent)) {
      seen.activities++;
      const damage = new DamageCounts();
      const series = new SeriesBuilder(damage, nowMs);
      const sport = sportNamed(attributes.Sport ?? '');
      activity = { sport, damage, series, laps: [], tracks: [], ignored: new Map(), device: {} };
    } else if (name === 'Lap' && parent === 'Activity') {
      lap = { startMs: timeOf(attributes.StartTime), trigger: 'manual', totals: {} };
      isNewLap = true;
    } else if (name === 'Track') {
      isNewTrack = true;
    } else if (name === 'Trackpoint') {
      point = new Map();
      pointDepth = path.length;
    }
  }

  function close(name: string, text: string): void {
    const below = path.slice(pointDepth).join('/');
    path.pop();
    const parent = path.at(-1);
    if (name === 'MultiSportSession') finishParts();
    if (activity === null) return;
    if (name === 'Trackpoint' && point !== null) {
      takePoint(activity, point);
      point = null;
    } else if (point !== null) {
      if (!point.has(below)) point.set(below, text);
    } else if (name === 'Lap' && lap !== null) {
      finishLap(activity, lap);
      lap = null;
    } else if (lap !== null && parent === 'Lap') takeTotal(lap, name, text);
    else if (parent === 'Creator') takeCreator(activity, name, text);
    else if (name === 'Activity') {
      finishActivity(activity, true);
      activity = null;
    }
  }

  function takePoint(into: OpenActivity, values: Map<string, string>): void {
    const { series, damage, tracks, ignored } = into;
    const timeMs = timeOf(values.get('Time'));
    if (!series.begin(timeMs)) return;
    const last = tracks.at(-1);
    // Each lap has a track of its own: where the athlete only pressed the button there was no pause.
    const isNextLap = isNewLap && last !== undefined && timeMs - last.endMs <= MAX_GAP_BETWEEN_LAPS_MS;
    if (isNewTrack && !isNextLap) tracks.push({ startMs: timeMs, endMs: timeMs });
    isNewTrack = false;
    isNewLap = false;
    tracks[tracks.length - 1].endMs = timeMs;
    for (const [name, text] of values) {
      const channel = POINT_CHANNELS[name];
      if (channel === undefined) {
        if (!SILENT.has(name)) ignored.set(name, (ignored.get(name) ?? 0) + 1);
        continue;
      }
      const value = decimalOf(text);
      if (Number.isNaN(value)) damage.add('impossible_value');
      else setMeasured(series, channel, value);
    }
  }

  function finishActivity(
    { series, sport, damage, laps, tracks, ignored, device }: OpenActivity,
    isWhole: boolean,
  ): void {
    if (!isWhole) damage.add('truncated');
    const samples = series.finish();
    if (samples === null) return;
    const { timesMs } = samples;
    (parts ?? finished).push({
      startMs: timesMs[0],
      endMs: timesMs[timesMs.length - 1],
      sessions: [wholeSession(samples, ...sport)],
      laps: laps.sort((a, b) => a.startMs - b.startMs),
      lengths: [],
      events: pausesBetween(tracks),
      devices: Object.keys(device).length > 0 ? [device satisfies RecordingDevice] : [],
      samples,
      rr: null,
      ignored: Object.fromEntries(ignored),
      damage: damage.list(),
    });
  }

  function finishParts(): void {
    if (parts === null || parts.length === 0) return;
    const whole = joinActivities(parts);
    finished.push(...(whole === null ? parts : [whole]));
    parts = null;
  }

  return {
    seen,
    handler: { open, close },
    /** A file that breaks off leaves its last activity open. */
    finish(isWhole: boolean): RecordedActivity[] {
      if (activity !== null) finishActivity(activity, isWhole);
      finishParts();
      return finished.sort((a, b) => a.startMs - b.startMs);
    },
  };
}

function takeTotal(lap: OpenLap, name: string, text: string): void {
  const value = decimalOf(text);
  const { totals } = lap;
  if (name === 'TriggerMethod') lap.trigger = TRIGGERS[text.trim()] ?? 'other';
  if (Number.isNaN(value)) return;
  if (name === 'TotalTimeSeconds') totals.timerMs = Math.round(value * 1_000);
  if (name === 'DistanceMeters') totals.distanceM = value;
  if (name === 'Calories') totals.energyKcal = value;
}

function finishLap({ laps, tracks }: OpenActivity, { startMs, trigger, totals }: OpenLap): void {
  if (Number.isNaN(startMs) || laps.length >= MAX_LAPS) return;
  const lastMs = tracks.at(-1)?.endMs ?? startMs;
  laps.push({ startMs, endMs: Math.max(startMs, lastMs), trigger, totals });
}

function takeCreator({ device }: OpenActivity, name: string, text: string): void {
  if (text.trim() === '') return;
  if (name === 'Name') device.product = text.trim();
  if (name === 'UnitId') device.serial = text.trim();
}
