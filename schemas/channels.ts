import { EVENT_TYPES, SPORTS } from './events.ts';

/**
 * The channel table: everything a wearable can measure, in one place. The wire format, validation, the tables in
 * both stores, the roll-ups and the documents follow from it, so adding a channel is adding a row here (and a
 * numbered SQL step for stores that already exist).
 *
 * A value travels as an integer: `stored = measured × scale`. Units appear only in views.
 */
export interface Channel {
  readonly name: string;
  /** What one stored unit divided by `scale` means, as analysts see it. */
  readonly unit: string;
  readonly scale: number;
  /** Physical limits in stored units, both allowed. */
  readonly min: number;
  readonly max: number;
  /** A value outside the limits becomes NULL and is counted, or makes its whole frame dead. */
  readonly outOfRange: 'null' | 'dead';
  /** ClickHouse type inside `Nullable(…)`; QuestDB stores every channel as INT, whose NULL is not a number. */
  readonly type: 'UInt16' | 'Int16' | 'UInt32' | 'Int32';
  /** Protobuf field of the values; the validity bitmap has the next number. */
  readonly field: number;
  /** Neighbouring values are close, so the wire carries differences. */
  readonly delta: boolean;
  /** How ten seconds become one row: a distribution, or the last value of a position or counter. */
  readonly rollUp: 'stats' | 'last';
  readonly description: string;
}

type Row = Omit<Channel, 'field' | 'delta' | 'rollUp' | 'outOfRange'> & Partial<Channel>;

const FIRST_COLUMN_FIELD = 16;

const rows: readonly Row[] = [
  { name: 'heart_rate', unit: 'bpm', scale: 1, min: 20, max: 250, type: 'UInt16', description: 'Heart rate' },
  { name: 'spo2', unit: '%', scale: 10, min: 500, max: 1000, type: 'UInt16', description: 'Blood oxygen saturation' },
  {
    name: 'latitude',
    unit: 'deg',
    scale: 1e7,
    min: -900_000_000,
    max: 900_000_000,
    type: 'Int32',
    delta: true,
    rollUp: 'last',
    outOfRange: 'dead',
    description: 'WGS 84 latitude',
  },
  {
    name: 'longitude',
    unit: 'deg',
    scale: 1e7,
    min: -1_800_000_000,
    max: 1_800_000_000,
    type: 'Int32',
    delta: true,
    rollUp: 'last',
    outOfRange: 'dead',
    description: 'WGS 84 longitude',
  },
  { name: 'altitude', unit: 'm', scale: 10, min: -5_000, max: 100_000, type: 'Int32', description: 'Above sea level' },
  {
    name: 'horizontal_accuracy',
    unit: 'm',
    scale: 10,
    min: 0,
    max: 60_000,
    type: 'UInt16',
    description: 'Radius of 68 % confidence of the position',
  },
  { name: 'speed', unit: 'm/s', scale: 1000, min: 0, max: 150_000, type: 'UInt32', description: 'Speed over ground' },
  {
    name: 'distance',
    unit: 'm',
    scale: 100,
    min: 0,
    max: 2_000_000_000,
    type: 'UInt32',
    rollUp: 'last',
    description: 'Distance since the activity began',
  },
  {
    name: 'cadence',
    unit: 'rpm',
    scale: 10,
    min: 0,
    max: 3_000,
    type: 'UInt16',
    description: 'Revolutions or strides a minute',
  },
  { name: 'power', unit: 'W', scale: 1, min: 0, max: 4_000, type: 'UInt16', description: 'Mechanical power' },
  {
    name: 'ambient_temperature',
    unit: '°C',
    scale: 100,
    min: -6_000,
    max: 8_000,
    type: 'Int16',
    description: 'Temperature of the air, or of the device',
  },
  {
    name: 'skin_temperature',
    unit: '°C',
    scale: 100,
    min: 1_000,
    max: 5_000,
    type: 'Int16',
    description: 'Temperature of the skin',
  },
  {
    name: 'respiration_rate',
    unit: '1/min',
    scale: 10,
    min: 0,
    max: 1_200,
    type: 'UInt16',
    description: 'Breaths a minute',
  },
  {
    name: 'steps',
    unit: '1',
    scale: 1,
    min: 0,
    max: 2_000_000_000,
    type: 'UInt32',
    rollUp: 'last',
    description: 'Steps since the activity began',
  },
  { name: 'battery', unit: '%', scale: 10, min: 0, max: 1000, type: 'UInt16', rollUp: 'last', description: 'Charge' },
];

/** Channels of an ordinary frame, in wire order. The position in this list is the channel's index everywhere. */
export const CHANNELS: readonly Channel[] = rows.map((row, index) => ({
  outOfRange: 'null',
  delta: false,
  rollUp: 'stats',
  ...row,
  field: FIRST_COLUMN_FIELD + 2 * index,
}));

/**
 * The one channel of an RR frame (source `rr`, its time axis is the beats): the time since the beat before. It has a
 * table of its own because an analyst of heart-rate variability reads nothing else with it.
 */
export const RR_CHANNEL: Channel = {
  name: 'rr',
  unit: 'ms',
  scale: 10,
  min: 2_000,
  max: 30_000,
  outOfRange: 'null',
  type: 'UInt16',
  field: 14,
  delta: false,
  rollUp: 'stats',
  description: 'Time since the beat before',
};

/**
 * The channels of a frame of events (source `events`, its time axis is when they happened): codes of
 * `schemas/events.ts`.
 * An unknown code is dead and not NULL, so that it can be replayed once this version knows it.
 */
export const EVENT_CHANNELS: readonly Channel[] = [
  {
    name: 'event',
    unit: 'code',
    scale: 1,
    min: 1,
    max: EVENT_TYPES.length,
    outOfRange: 'dead',
    type: 'UInt16',
    field: 10,
    delta: false,
    rollUp: 'last',
    description: 'What happened',
  },
  {
    name: 'sport',
    unit: 'code',
    scale: 1,
    min: 1,
    max: SPORTS.length,
    outOfRange: 'dead',
    type: 'UInt16',
    field: 12,
    delta: false,
    rollUp: 'last',
    description: 'The sport from then on',
  },
];

export const RR_SOURCE = 'rr';
export const EVENTS_SOURCE = 'events';

/** A batch holds one kind of row; each kind has its own table in both stores. */
export const KINDS = ['samples', 'rr', 'events'] as const;
export type Kind = (typeof KINDS)[number];

const CHANNELS_OF: Readonly<Record<Kind, readonly Channel[]>> = {
  samples: CHANNELS,
  rr: [RR_CHANNEL],
  events: EVENT_CHANNELS,
};

/** Every channel of every kind, in the order of their fields. */
export const ALL_CHANNELS: readonly Channel[] = [...EVENT_CHANNELS, RR_CHANNEL, ...CHANNELS];

export function channelsOf(kind: Kind): readonly Channel[] {
  return CHANNELS_OF[kind];
}

/** The source says the kind: `rr`, `events`, the same after a file's `file:<hash>:`, and samples under any other. */
export function kindOf(source: string): Kind {
  if (source === RR_SOURCE || source.endsWith(`:${RR_SOURCE}`)) return 'rr';
  if (source === EVENTS_SOURCE || source.endsWith(`:${EVENTS_SOURCE}`)) return 'events';
  return 'samples';
}

/** Channel index by name; throws on a name that is not in the table. */
export function channelIndex(name: string): number {
  const index = CHANNELS.findIndex((channel) => channel.name === name);
  if (index < 0) throw new RangeError(`no channel is named ${name}`);
  return index;
}
