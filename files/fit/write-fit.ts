import type { ActivityEvent, Lap, LapTrigger, RecordedActivity, Session, Totals } from '../activity.ts';
import { measuredAt } from '../measured.ts';
import { createFitWriter, type FitWriter, profileSpelling } from './profile.ts';
import { MESSAGE } from './record-fields.ts';

/**
 * Channels that a FIT record has fields for, by the profile's names. What a field cannot say is lost: metres of GPS
 * accuracy (below 254), degrees of temperature, fifths of a metre of altitude and halves of a percent of charge are
 * whole, and there is no cadence from 255 rpm on.
 */
const RECORD: Readonly<Record<string, (value: number) => object>> = {
  latitude: (value) => ({ positionLat: semicircles(value) }),
  longitude: (value) => ({ positionLong: semicircles(value) }),
  altitude: (value) => ({ enhancedAltitude: value }),
  heart_rate: (value) => ({ heartRate: value }),
  horizontal_accuracy: (value) => (value < 254.5 ? { gpsAccuracy: Math.round(value) } : {}),
  speed: (value) => ({ enhancedSpeed: value }),
  distance: (value) => ({ distance: value }),
  cadence: (value) => (value < 255 ? { cadence: Math.floor(value), fractionalCadence: value % 1 } : {}),
  power: (value) => ({ power: value }),
  ambient_temperature: (value) => ({ temperature: Math.round(value) }),
  respiration_rate: (value) => ({ enhancedRespirationRate: value }),
  battery: (value) => ({ batterySoc: value }),
};

/** Channels that FIT has no field of a record for travel as developer fields, which our reader knows by name. */
const DEVELOPER_FIELDS = [
  { channel: 'spo2', units: '%' },
  { channel: 'skin_temperature', units: 'C' },
  { channel: 'steps', units: 'steps' },
] as const;

const semicircles = (degrees: number) => Math.round((degrees * 2 ** 31) / 180);
const inFit = (type: string, name: string) => profileSpelling(type, name) ?? 'generic';

const LAP_TRIGGER: Readonly<Record<LapTrigger, string>> = {
  manual: 'manual',
  time: 'time',
  distance: 'distance',
  position: 'positionLap',
  session_end: 'sessionEnd',
  other: 'fitnessEquipment',
};
const MAX_INTERVALS_PER_MESSAGE = 5;

/**
 * A FIT activity file (by Garmin's encoder). Lost: fractions of seconds (of samples in one second the first one
 * stands), the times of heart beats (they follow from the intervals, in whole ms), and what the fields cannot say.
 */
export function writeFit(activity: RecordedActivity): Uint8Array {
  const used = DEVELOPER_FIELDS.filter(({ channel }) => channel in activity.samples.columns);
  const writer = createFitWriter(used.map(({ channel, units }, number) => ({ number, name: channel, units })));
  writeHead(writer, activity);
  writeTimeline(
    writer,
    activity,
    used.map(({ channel }) => channel),
  );
  for (const { startMs, endMs, isActive, stroke, strokes } of activity.lengths) {
    writer.write(MESSAGE.length, {
      ...span(startMs, endMs),
      lengthType: isActive ? 'active' : 'idle',
      swimStroke: stroke === undefined ? undefined : profileSpelling('swimStroke', stroke),
      totalStrokes: strokes,
    });
  }
  for (const lap of activity.laps) writer.write(MESSAGE.lap, { ...lapFields(lap), ...totals(lap.totals) });
  for (const session of activity.sessions) writer.write(MESSAGE.session, sessionFields(session));
  writer.write(34, { timestamp: new Date(activity.endMs), numSessions: activity.sessions.length, type: 'manual' });
  return writer.finish();
}

function writeHead(writer: FitWriter, { startMs, devices }: RecordedActivity): void {
  const [recorder] = devices;
  const name = (manufacturer?: string) =>
    manufacturer === undefined ? undefined : profileSpelling('manufacturer', manufacturer);
  const serial = (text?: string) => (text !== undefined && /^[1-9]\d{0,9}$/.test(text) ? Number(text) : undefined);
  writer.write(MESSAGE.fileId, {
    type: 'activity',
    manufacturer: name(recorder?.manufacturer) ?? 'development',
    serialNumber: serial(recorder?.serial),
    productName: recorder?.product,
    timeCreated: new Date(startMs),
  });
  for (const device of devices) {
    writer.write(MESSAGE.deviceInfo, {
      timestamp: new Date(startMs),
      manufacturer: name(device.manufacturer),
      serialNumber: serial(device.serial),
      productName: device.product,
      softwareVersion: device.software === undefined ? undefined : Number(device.software) || undefined,
    });
  }
  writer.describe();
}

/** Records, heart beats and events in the order of time. */
function writeTimeline(writer: FitWriter, activity: RecordedActivity, developerChannels: readonly string[]): void {
  const { samples, rr, events } = activity;
  let [event, beat] = [0, 0];
  const writeBeatsUntil = (untilMs: number) => {
    while (rr !== null && beat < rr.timesMs.length && rr.timesMs[beat] <= untilMs) {
      const intervals: number[] = [];
      for (; intervals.length < MAX_INTERVALS_PER_MESSAGE && rr.timesMs[beat] <= untilMs; beat++) {
        intervals.push(Math.round(measuredAt(rr, 'rr', beat)!) / 1_000);
      }
      writer.write(MESSAGE.hrv, { time: intervals });
    }
  };
  for (let row = 0; row < samples.timesMs.length; row++) {
    const timeMs = samples.timesMs[row];
    while (event < events.length && events[event].timeMs <= timeMs)
      writer.write(MESSAGE.event, eventFields(events[event++]));
    const values: Record<string, unknown> = { timestamp: new Date(Math.floor(timeMs / 1_000) * 1_000) };
    for (const channel of Object.keys(samples.columns)) {
      const value = measuredAt(samples, channel, row);
      if (value !== undefined) Object.assign(values, RECORD[channel]?.(value));
    }
    writer.write(
      MESSAGE.record,
      values,
      developerChannels.map((channel) => measuredAt(samples, channel, row)),
    );
    writeBeatsUntil(timeMs);
  }
  writeBeatsUntil(Number.POSITIVE_INFINITY);
  while (event < events.length) writer.write(MESSAGE.event, eventFields(events[event++]));
}

function eventFields({ timeMs, type, trigger }: ActivityEvent): Record<string, unknown> {
  const eventType = { start: 'start', resume: 'start', pause: 'stopAll', stop: 'stopDisableAll' }[type];
  return { timestamp: new Date(timeMs), event: 'timer', eventType, data: trigger === 'auto' ? 1 : 0 };
}

function span(startMs: number, endMs: number): Record<string, unknown> {
  return { timestamp: new Date(endMs), startTime: new Date(startMs), totalElapsedTime: (endMs - startMs) / 1_000 };
}

function totals({ timerMs, distanceM, ascentM, descentM, energyKcal }: Totals): Record<string, unknown> {
  return {
    totalTimerTime: timerMs === undefined ? undefined : timerMs / 1_000,
    totalDistance: distanceM,
    totalAscent: ascentM,
    totalDescent: descentM,
    totalCalories: energyKcal,
  };
}

function lapFields({ startMs, endMs, trigger }: Lap): Record<string, unknown> {
  return { ...span(startMs, endMs), event: 'lap', eventType: 'stop', lapTrigger: LAP_TRIGGER[trigger] };
}

function sessionFields({
  startMs,
  endMs,
  sport,
  subSport,
  poolLengthM,
  totals: own,
}: Session): Record<string, unknown> {
  const names = { sport: inFit('sport', sport), subSport: inFit('subSport', subSport) };
  return {
    ...span(startMs, endMs),
    event: 'session',
    eventType: 'stop',
    ...names,
    poolLength: poolLengthM,
    ...totals(own),
  };
}
