import { channelIndex } from '../../schemas/channels.ts';

/** FIT's name, for what we do not keep; the number of the message. */
export const MESSAGE = {
  fileId: 0,
  sport: 12,
  session: 18,
  lap: 19,
  record: 20,
  event: 21,
  deviceInfo: 23,
  hrv: 78,
  length: 101,
  strapHeartRate: 132,
  fieldDescription: 206,
  spo2: 269,
  respiration: 297,
} as const;

/** How a stored number of a record becomes a stored number of ours: `raw × factor + plus`. */
export interface RecordField {
  readonly channel: number;
  readonly factor: number;
  readonly plus: number;
  /** Of two fields of one channel the one with the higher rank is taken. */
  readonly rank: number;
}

const SEMICIRCLE = 180e7 / 2 ** 31;

function field(channel: string, factor: number, { plus = 0, rank = 1 } = {}): RecordField {
  return { channel: channelIndex(channel), factor, plus, rank };
}

/** Fields of a record by their number (FIT profile, message 20); FIT's scales and offsets turned into ours. */
export const RECORD_FIELDS: Readonly<Record<number, RecordField>> = {
  0: field('latitude', SEMICIRCLE),
  1: field('longitude', SEMICIRCLE),
  2: field('altitude', 10 / 5, { plus: -5_000 }),
  3: field('heart_rate', 1),
  4: field('cadence', 10),
  5: field('distance', 1),
  6: field('speed', 1),
  7: field('power', 1),
  13: field('ambient_temperature', 100),
  31: field('horizontal_accuracy', 10),
  52: field('cadence', 10 / 256, { rank: 2 }),
  73: field('speed', 1, { rank: 2 }),
  78: field('altitude', 10 / 5, { plus: -5_000, rank: 2 }),
  81: field('battery', 10 / 2),
  99: field('respiration_rate', 10),
  108: field('respiration_rate', 10 / 100, { rank: 2 }),
};

/** Fractions of a cadence come in a field of their own and are added. */
export const FRACTIONAL_CADENCE = { field: 53, factor: 10 / 128 } as const;
/** 12 bits of speed (0.01 m/s) and 12 of a distance (1/16 m) that rolls over: old devices write only this. */
export const COMPRESSED_SPEED_DISTANCE = 8;

/** Times, and what other fields say already: not worth a word in the report. */
export const SILENT_FIELDS = new Set([253, 48, 42, COMPRESSED_SPEED_DISTANCE, FRACTIONAL_CADENCE.field]);

/** Fields that apps for watches define, by name in lower case without spaces: their value in our unit is × factor. */
const DEVELOPER_FIELDS: Readonly<Record<string, readonly [channel: string, scale: number, units: RegExp]>> = {
  power: ['power', 1, /^w(atts?)?$/],
  rp_power: ['power', 1, /^w(atts?)?$/],
  running_power: ['power', 1, /^w(atts?)?$/],
  runningpower: ['power', 1, /^w(atts?)?$/],
  heart_rate: ['heart_rate', 1, /^bpm$/],
  heartrate: ['heart_rate', 1, /^bpm$/],
  respiration_rate: ['respiration_rate', 10, /br|min/],
  respirationrate: ['respiration_rate', 10, /br|min/],
  breathing_rate: ['respiration_rate', 10, /br|min/],
  skin_temperature: ['skin_temperature', 100, /^°?c/],
  skintemperature: ['skin_temperature', 100, /^°?c/],
  spo2: ['spo2', 10, /^%?$/],
  steps: ['steps', 1, /^(steps)?$/],
};

/** What the app says about a field of its own. */
export interface DeveloperField {
  readonly name: string;
  readonly units: string;
  readonly baseType: number;
  readonly scale: number;
  readonly offset: number;
  /** The field of the record that it stands for, or NaN. */
  readonly nativeField: number;
}

/** The channel that a developer's field means, or null. Fields of the profile come first, so its rank is lowest. */
export function developerChannel({ name, units, scale, offset, nativeField }: DeveloperField): RecordField | null {
  const [channel, scaleOfOurs, ownUnits] = DEVELOPER_FIELDS[name.toLowerCase().replaceAll(' ', '')] ?? [];
  const native = RECORD_FIELDS[nativeField];
  let to: RecordField | null = null;
  if (channel !== undefined && ownUnits.test(units.toLowerCase())) to = field(channel, scaleOfOurs);
  else if (native !== undefined) to = { ...native, factor: OUR_SCALES[nativeField], plus: 0 };
  // The value is stored × scale, less the offset (FIT protocol, scale and offset).
  return to && { ...to, factor: to.factor / scale, plus: -offset * to.factor, rank: 0 };
}

/** Developers' fields that stand for one of the profile's hold its value in its unit: what that unit is of ours. */
const OUR_SCALES: Readonly<Record<number, number>> = {
  0: SEMICIRCLE,
  1: SEMICIRCLE,
  2: 10,
  3: 1,
  4: 10,
  5: 100,
  6: 1000,
  7: 1,
  13: 100,
  31: 10,
  52: 10,
  73: 1000,
  78: 10,
  81: 10,
  99: 10,
  108: 10,
};
