import { CHANNELS, type Channel } from './channels.ts';

/** Channels that a device measures together, for telling who gave what. `beats` are the times between heart beats. */
export const CHANNEL_GROUPS = {
  position: ['latitude', 'longitude', 'horizontal_accuracy'],
  altitude: ['altitude'],
  motion: ['speed', 'distance', 'cadence', 'steps'],
  heart_rate: ['heart_rate'],
  power: ['power'],
  body: ['spo2', 'skin_temperature', 'respiration_rate'],
  surroundings: ['ambient_temperature', 'battery'],
  beats: [],
} as const satisfies Record<string, readonly Channel['name'][]>;
export type ChannelGroup = keyof typeof CHANNEL_GROUPS;
export const GROUP_NAMES = Object.keys(CHANNEL_GROUPS) as ChannelGroup[];

/** Stands for a beat where channels are bits by their index; no channel has so high an index. */
export const BEAT_BIT = 1 << 30;

/** Of each group, in order: the bits of its channels. */
export const GROUP_CHANNELS: readonly number[] = GROUP_NAMES.map((group) => {
  const names: readonly string[] = CHANNEL_GROUPS[group];
  const bits = CHANNELS.map(({ name }, c) => (names.includes(name) ? 1 << c : 0));
  return group === 'beats' ? BEAT_BIT : bits.reduce((all, bit) => all | bit, 0);
});

/** Whole seconds since the activity's start; the end is not part of it. */
export type SpanS = readonly [fromS: number, untilS: number];

/** What one source gave of one group of channels. */
export interface GroupShare {
  /** Seconds in which a value of it counts. */
  readonly gaveS: number;
  /** Of these, seconds in which nobody else measured the group: without the source there would be nothing. */
  readonly aloneS: number;
  /** Seconds in which it measured the group too, and only values of better ranked sources count. */
  readonly outrankedS: number;
  /** When it gave and when it was alone; pauses of up to ten seconds are joined. */
  readonly gave: readonly SpanS[];
  readonly alone: readonly SpanS[];
  /** There were more spans than are kept: the closest ones are joined. Seconds are exact all the same. */
  readonly isCoarse: boolean;
}

export interface SourceShare {
  readonly device: string;
  readonly source: string;
  readonly groups: Readonly<Partial<Record<ChannelGroup, GroupShare>>>;
}

/** Two sources measured the same; places are those of `sources`. */
export interface Contest {
  readonly group: ChannelGroup;
  readonly winner: number;
  readonly loser: number;
  readonly seconds: number;
}

/** Which device and source gave what of an activity. */
export interface ActivityOrigins {
  /** The best ranked first: of each second and channel the first one that has a value counts. */
  readonly sources: readonly SourceShare[];
  readonly contests: readonly Contest[];
}

export const NO_ORIGINS: ActivityOrigins = { sources: [], contests: [] };
