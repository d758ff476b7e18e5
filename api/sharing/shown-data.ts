import { isForEverybody } from '../policy.ts';
import type { KindOfData, Visibility } from '../profile/statements.ts';

/**
 * Of which kind of a person's data each channel is; null for what others never see. Counters since the start tell how
 * much came before what is shown, an altitude is as good as a track to who has a map, and how well a position was
 * measured is about the device.
 */
export const KIND_OF_CHANNEL: Readonly<Record<string, KindOfData | null>> = {
  heart_rate: 'heartRate',
  rr: 'heartRate',
  spo2: 'body',
  skin_temperature: 'body',
  respiration_rate: 'body',
  latitude: 'tracks',
  longitude: 'tracks',
  altitude: 'tracks',
  horizontal_accuracy: null,
  speed: 'activities',
  cadence: 'activities',
  ambient_temperature: 'activities',
  power: 'power',
  distance: null,
  steps: null,
  battery: null,
  // What happened is shown when it happened in what is shown.
  event: 'activities',
  sport: 'activities',
};

export type ShownKinds = ReadonlySet<KindOfData>;

export function shownKinds(visibility: Visibility | null): ShownKinds {
  const stated = Object.entries(visibility ?? {}) as [KindOfData, string][];
  return new Set(stated.filter(([, who]) => isForEverybody(who)).map(([kind]) => kind));
}

export function isShownChannel(name: string, kinds: ShownKinds): boolean {
  const kind = KIND_OF_CHANNEL[name] ?? null;
  return kind !== null && kinds.has(kind);
}
