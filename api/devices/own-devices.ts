import { KvUnavailableError } from '../../runtime/kv/kv.ts';
import { LogUnavailableError } from '../../runtime/stream/stream.ts';
import { CHANNELS } from '../../schemas/channels.ts';
import type { Names } from '../../schemas/names.ts';
import { StoreUnavailableError } from '../samples/reader.ts';
import { type Devices, nameOf } from './devices.ts';
import type { DeviceReader, DeviceState } from './reader.ts';

const DAY_MS = 86_400_000;
/** Nobody asks how a device was before. */
export const LOOK_BACK_MS = 366 * DAY_MS;
const GAPS_BACK_MS = 7 * DAY_MS;
const BATTERY_SCALE = CHANNELS.find(({ name }) => name === 'battery')!.scale;

export interface OwnDevicesDeps {
  readonly seen: DeviceReader;
  /** Messages of the stream DEAD by their subjects; null where there are too many to tell. */
  readonly deadLetterCounts: () => Promise<{ readonly subjects: ReadonlyMap<string, number> | null }>;
  readonly names: Pick<Names, 'parseDead'>;
}

type Paired = Awaited<ReturnType<Devices['list']>>;

/** Paired devices with what the stores know of each; what a store does not say is null, and the rest is told. */
export async function describeDevices(
  { seen, deadLetterCounts, names }: OwnDevicesDeps,
  paired: Paired,
  nowMs: number,
  signal: AbortSignal,
) {
  const devices = paired.map(({ id }) => id);
  const question = { devices, fromMs: nowMs - LOOK_BACK_MS, gapsFromMs: nowMs - GAPS_BACK_MS };
  const [states, dead] = await Promise.all([
    seen.states(question, signal).catch(nullWhileAway),
    devices.length === 0 ? null : deadLetterCounts().catch(nullWhileAway),
  ]);
  const byDevice = states && new Map(states.map((state) => [state.device, state]));
  return paired.map(({ id: device, name, label, version, paired_at, expires_at }) => ({
    ...{ device, ...nameOf({ name, label }), version, pairedMs: paired_at.getTime() },
    credentialExpiresMs: expires_at?.getTime() ?? null,
    state: byDevice && stateAnswer(byDevice.get(device)),
    deadLetters: dead?.subjects ? deadLettersOf(device, dead.subjects, names) : null,
  }));
}

function stateAnswer(state: DeviceState | undefined) {
  if (state === undefined) return { lastSeenMs: null, batteryPercent: null, firmware: '', missingFrames: 0 };
  const { lastSeenMs, battery, firmware, missingFrames } = state;
  const batteryPercent = battery === null ? null : battery / BATTERY_SCALE;
  return { lastSeenMs, batteryPercent, firmware, missingFrames };
}

function deadLettersOf(device: string, subjects: ReadonlyMap<string, number>, names: OwnDevicesDeps['names']) {
  const own = [...subjects].flatMap(([subject, count]) => {
    const dead = names.parseDead(subject);
    return dead?.device === device ? [[dead.reason, count] as const] : [];
  });
  return { messages: own.reduce((sum, [, count]) => sum + count, 0), reasons: Object.fromEntries(own) };
}

/** Of every device that has any. */
export function countDeadLetters(subjects: ReadonlyMap<string, number>, names: OwnDevicesDeps['names']) {
  const counts = new Map<string, number>();
  for (const [subject, count] of subjects) {
    const device = names.parseDead(subject)?.device;
    if (device !== undefined) counts.set(device, (counts.get(device) ?? 0) + count);
  }
  return counts;
}

export function nullWhileAway(error: unknown): null {
  const isAway = [StoreUnavailableError, KvUnavailableError, LogUnavailableError].some((kind) => error instanceof kind);
  if (!isAway) throw error;
  return null;
}
