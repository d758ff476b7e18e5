import { channelIndex } from '../../schemas/channels.ts';
import {
  type ActivityEvent,
  type Lap,
  type Length,
  type RecordedActivity,
  type RecordingDevice,
  type Session,
  type Totals,
  UNKNOWN_SPORT,
  wholeSession,
} from '../activity.ts';
import { type DamageCounts, RefusedFileError } from '../reasons.ts';
import { type FitMessage, fitNumber, fitText } from './fit-messages.ts';
import { createRecordReader, fitTimeMs } from './fit-records.ts';
import { createHrvReader } from './hrv.ts';
import { profileName } from './profile.ts';
import { MESSAGE } from './record-fields.ts';
import { createStrapReader } from './strap-heart-rates.ts';

const ACTIVITY_FILE = 4;
const TIMESTAMP = 253;
/** Summaries are few; a damaged file may seem to hold more, and they are kept whole. */
const MAX_SUMMARIES = 10_000;
const TIMER = 0;
const STARTS = new Set([0]);
const STOPS = new Set([1, 4, 8, 9]);
const LAP_TRIGGER = [
  'manual',
  'time',
  'distance',
  'position',
  'position',
  'position',
  'position',
  'session_end',
] as const;

/** Gathers the messages of one FIT file into one activity. */
export function createActivityBuilder(damage: DamageCounts, nowMs: number) {
  const records = createRecordReader(damage, nowMs);
  const hrv = createHrvReader(damage, nowMs, () => records.series.lastMs);
  const strap = createStrapReader(() => records.ignore('heart rates of a strap that have no time'));
  const sessions: Session[] = [];
  const laps: Lap[] = [];
  const lengths: Length[] = [];
  const timer: { timeMs: number; isStart: boolean; trigger: 'manual' | 'auto' }[] = [];
  const devices = new Map<string, RecordingDevice>();
  let fileType = ACTIVITY_FILE;
  let sport: [string, string] = [UNKNOWN_SPORT, UNKNOWN_SPORT];

  function take(message: FitMessage): void {
    switch (message.definition.message) {
      case MESSAGE.record:
        return records.takeRecord(message);
      case MESSAGE.hrv:
        return hrv.take(message);
      case MESSAGE.event:
        return takeEvent(message);
      case MESSAGE.lap:
        return keep(laps, readLap(message));
      case MESSAGE.session:
        return keep(sessions, readSession(message));
      case MESSAGE.length:
        return keep(lengths, readLength(message));
      case MESSAGE.fieldDescription:
        return describe(message);
      case MESSAGE.spo2:
        return records.takeReading(message, channelIndex('spo2'), 0, 10);
      case MESSAGE.respiration:
        return records.takeReading(message, channelIndex('respiration_rate'), 0, 10 / 100);
      case MESSAGE.fileId:
        fileType = fitNumber(message, 0);
        return addDevice(message, { manufacturer: 1, product: 2, serial: 3, name: 8, software: -1 });
      case MESSAGE.deviceInfo:
        return addDevice(message, { manufacturer: 2, product: 4, serial: 3, name: 27, software: 5 });
      case MESSAGE.sport:
        sport = sportOf(message, 0, 1);
        return;
      case MESSAGE.strapHeartRate:
        return strap.take(message);
    }
  }

  function takeEvent(message: FitMessage): void {
    if (fitNumber(message, 0) !== TIMER || timer.length >= MAX_SUMMARIES) return;
    const type = fitNumber(message, 1);
    const timeMs = timeOf(message, TIMESTAMP);
    if (Number.isNaN(timeMs) || !(STARTS.has(type) || STOPS.has(type))) return;
    timer.push({ timeMs, isStart: STARTS.has(type), trigger: fitNumber(message, 3) === 1 ? 'auto' : 'manual' });
  }

  function describe(message: FitMessage): void {
    const scale = fitNumber(message, 6);
    const offset = fitNumber(message, 7);
    const nativeMessage = fitNumber(message, 14);
    records.describe(fitNumber(message, 0), fitNumber(message, 1), {
      name: fitText(message, 3) ?? 'a field without a name',
      units: fitText(message, 8) ?? '',
      baseType: fitNumber(message, 2),
      scale: Number.isNaN(scale) || scale === 0 ? 1 : scale,
      offset: Number.isNaN(offset) ? 0 : offset,
      nativeField: nativeMessage === MESSAGE.record ? fitNumber(message, 15) : Number.NaN,
    });
  }

  function addDevice(
    message: FitMessage,
    fields: Record<'manufacturer' | 'product' | 'serial' | 'name' | 'software', number>,
  ): void {
    const manufacturer = profileName('manufacturer', fitNumber(message, fields.manufacturer));
    const number = fitNumber(message, fields.product);
    const product =
      fitText(message, fields.name) ?? (manufacturer === 'garmin' ? profileName('garminProduct', number) : undefined);
    const software = fitNumber(message, fields.software) / 100;
    const device: RecordingDevice = {
      ...(manufacturer === undefined ? {} : { manufacturer }),
      ...(product === undefined && Number.isNaN(number) ? {} : { product: product ?? String(number) }),
      ...text('serial', fitNumber(message, fields.serial)),
      ...text('software', software),
    };
    if (Object.keys(device).length === 0 || devices.size >= MAX_SUMMARIES) return;
    const key = `${device.manufacturer}/${device.product}/${device.serial}`;
    devices.set(key, { ...devices.get(key), ...device });
  }

  /** Throws RefusedFileError when there is no sample. */
  function finish(): RecordedActivity {
    const isActivity = fileType === ACTIVITY_FILE || Number.isNaN(fileType);
    strap.mergeInto(records.series);
    const samples = records.series.finish();
    if (samples === null) throw new RefusedFileError(isActivity ? 'no_samples' : 'not_an_activity');
    if (sessions.length === 0) damage.add('no_session');
    return {
      startMs: samples.timesMs[0],
      endMs: samples.timesMs[samples.timesMs.length - 1],
      sessions: sessions.length > 0 ? sessions.sort(byStart) : [wholeSession(samples, ...sport)],
      laps: laps.sort(byStart),
      lengths: lengths.sort(byStart),
      events: timerEvents(timer),
      devices: [...devices.values()],
      samples,
      rr: hrv.finish(),
      ignored: Object.fromEntries([...records.ignored].sort(([a], [b]) => (a < b ? -1 : 1))),
      damage: damage.list(),
    };
  }

  return { take, finish };
}

const byStart = (a: { startMs: number }, b: { startMs: number }) => a.startMs - b.startMs;

function keep<T>(list: T[], item: T | null): void {
  if (item !== null && list.length < MAX_SUMMARIES) list.push(item);
}

function text(name: string, value: number) {
  return Number.isNaN(value) ? {} : { [name]: String(value) };
}

/** NaN for a time that is none, or counts from the start of the device. */
function timeOf(message: FitMessage, field: number): number {
  const timeMs = fitTimeMs(fitNumber(message, field));
  return timeMs === 0 ? Number.NaN : timeMs;
}

function sportOf(message: FitMessage, sport: number, subSport: number): [string, string] {
  const name = (type: string, field: number) => profileName(type, fitNumber(message, field)) ?? UNKNOWN_SPORT;
  return [name('sport', sport), name('subSport', subSport)];
}

/** Sessions and laps have the same totals at the same numbers, but ascent and descent. */
function totalsOf(message: FitMessage, ascent: number): Totals {
  const totals = {
    elapsedMs: fitNumber(message, 7),
    timerMs: fitNumber(message, 8),
    distanceM: fitNumber(message, 9) / 100,
    ascentM: fitNumber(message, ascent),
    descentM: fitNumber(message, ascent + 1),
    energyKcal: fitNumber(message, 11),
  };
  return Object.fromEntries(Object.entries(totals).filter(([, value]) => !Number.isNaN(value)));
}

/** From its start to its start and elapsed time, or to when it was written where that is missing. */
function spanOf(message: FitMessage, elapsedField: number): { startMs: number; endMs: number } | null {
  const startMs = timeOf(message, 2);
  if (Number.isNaN(startMs)) return null;
  const elapsedMs = fitNumber(message, elapsedField);
  const endMs = Number.isNaN(elapsedMs) ? timeOf(message, TIMESTAMP) : startMs + elapsedMs;
  // A damaged file may say anything; a span that ends before it begins would say it to others.
  return { startMs, endMs: Math.max(startMs, Number.isNaN(endMs) ? startMs : endMs) };
}

function readSession(message: FitMessage): Session | null {
  const span = spanOf(message, 7);
  if (span === null) return null;
  const [sport, subSport] = sportOf(message, 5, 6);
  const poolLengthM = fitNumber(message, 44) / 100;
  const pool = Number.isNaN(poolLengthM) ? {} : { poolLengthM };
  return { ...span, sport, subSport, ...pool, totals: totalsOf(message, 22) };
}

function readLap(message: FitMessage): Lap | null {
  const span = spanOf(message, 7);
  return span && { ...span, trigger: LAP_TRIGGER[fitNumber(message, 24)] ?? 'other', totals: totalsOf(message, 21) };
}

function readLength(message: FitMessage): Length | null {
  const span = spanOf(message, 3);
  if (span === null) return null;
  const stroke = profileName('swimStroke', fitNumber(message, 7));
  const strokes = fitNumber(message, 5);
  return {
    ...span,
    isActive: fitNumber(message, 12) !== 0,
    ...(stroke === undefined ? {} : { stroke }),
    ...(Number.isNaN(strokes) ? {} : { strokes }),
  };
}

/** A stop with a start after it is a pause. Starts while running and stops while stopped say nothing new. */
function timerEvents(timer: { timeMs: number; isStart: boolean; trigger: 'manual' | 'auto' }[]): ActivityEvent[] {
  const events: ActivityEvent[] = [];
  let isRunning = false;
  for (const { timeMs, isStart, trigger } of timer.sort((a, b) => a.timeMs - b.timeMs)) {
    if (isStart === isRunning) continue;
    isRunning = isStart;
    const type = isStart ? (events.length === 0 ? 'start' : 'resume') : 'stop';
    if (type === 'stop' && events.length === 0) continue;
    const before = events.at(-1);
    if (type === 'resume' && before !== undefined) events[events.length - 1] = { ...before, type: 'pause' };
    events.push({ timeMs, type, trigger });
  }
  return events;
}
