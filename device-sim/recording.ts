import { Decoder, type RecordMesg, Stream } from '@garmin/fitsdk';
import { StartError } from '../runtime/service.ts';
import { type Draft, toStored } from './activity.ts';

/** A recorded activity as the series of its sources, in the time in which it happened. */
export interface Recording {
  readonly records: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly series: readonly Draft[];
}

/** A file that is not a whole recording. The message names the file and says what is wrong with it. */
export class RecordingError extends StartError {
  override name = 'RecordingError';
}

const DEGREES_PER_SEMICIRCLE = 180 / 2 ** 31;
const degrees = (semicircles: number | undefined) =>
  semicircles === undefined ? undefined : semicircles * DEGREES_PER_SEMICIRCLE;

/** Which of a record's fields each source measures. Cadence has a sensor of its own where there is no power meter. */
const SOURCES: Record<string, Record<string, (record: RecordMesg) => number | undefined>> = {
  gps: {
    latitude: (record) => degrees(record.positionLat),
    longitude: (record) => degrees(record.positionLong),
    altitude: (record) => record.enhancedAltitude ?? record.altitude,
    horizontal_accuracy: (record) => record.gpsAccuracy,
    speed: (record) => record.enhancedSpeed ?? record.speed,
    distance: (record) => record.distance,
  },
  hr: { heart_rate: (record) => record.heartRate },
  power: {
    power: (record) => record.power,
    cadence: (record) => record.cadence,
  },
  temp: { ambient_temperature: (record) => record.temperature },
  breath: { respiration_rate: (record) => record.enhancedRespirationRate },
};

/**
 * Reads a FIT activity (Garmin FIT SDK profile). Values become integers of the channel table; what a record lacks is a
 * lost sample. Throws RecordingError unless the whole file is intact: damaged files give nothing at all.
 */
export function readRecording(bytes: Uint8Array, name: string): Recording {
  const stream = Stream.fromByteArray(bytes);
  const decoder = new Decoder(stream);
  if (!decoder.isFIT()) throw new RecordingError(`${name} is not a FIT file`);
  const { messages, errors } = decoder.read({ convertDateTimesToDates: true });
  if (errors.length > 0) throw new RecordingError(`${name} is damaged: ${firstLine(errors[0])}`);
  const records = messages.recordMesgs ?? [];
  if (records.length === 0) throw new RecordingError(`${name} has no records`);
  const timed = strictlyIncreasing(records, name);
  const hasPower = records.some((record) => record.power !== undefined);
  const series: Draft[] = [];
  for (const [source, fields] of Object.entries(SOURCES)) {
    const own = source === 'power' && !hasPower ? 'cadence' : source;
    const one = readSeries(own, fields, timed);
    if (one !== null) series.push(one);
  }
  return { records: records.length, startMs: timed[0].timeMs, endMs: timed[timed.length - 1].timeMs, series };
}

/** The same recording moved in time so that its last sample is at `endMs`. */
export function shiftToMs(recording: Recording, endMs: number): Recording {
  const byMs = endMs - recording.endMs;
  return {
    ...recording,
    startMs: recording.startMs + byMs,
    endMs,
    series: recording.series.map((one) => ({ ...one, timesMs: one.timesMs.map((timeMs) => timeMs + byMs) })),
  };
}

interface Timed {
  readonly timeMs: number;
  readonly record: RecordMesg;
}

/** Some devices write two records in one second; the first one stands, for a time axis has no repeats. */
function strictlyIncreasing(records: readonly RecordMesg[], name: string): Timed[] {
  const timed: Timed[] = [];
  for (const record of records) {
    if (!(record.timestamp instanceof Date)) throw new RecordingError(`${name} has a record without a time`);
    const timeMs = record.timestamp.getTime();
    if (timed.length === 0 || timeMs > timed[timed.length - 1].timeMs) timed.push({ timeMs, record });
  }
  return timed;
}

function readSeries(source: string, fields: (typeof SOURCES)[string], timed: readonly Timed[]): Draft | null {
  const measured = timed.filter(({ record }) => Object.values(fields).some((read) => read(record) !== undefined));
  if (measured.length === 0) return null;
  const columns: Record<string, (number | null)[]> = {};
  for (const [channel, read] of Object.entries(fields)) {
    const values = measured.map(({ record }) => toStored(channel, read(record)));
    if (values.some((value) => value !== null)) columns[channel] = values;
  }
  return { source, timesMs: measured.map(({ timeMs }) => timeMs), columns };
}

const firstLine = (error: Error) => error.message.split('\n')[0];
