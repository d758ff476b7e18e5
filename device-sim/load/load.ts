import { type Clock, systemClock } from '../../runtime/clock.ts';
import { ConnectError } from '../../runtime/device-client/connection.ts';
import { createLatencyHistogram } from '../../runtime/latency.ts';
import type { Course } from '../../schemas/race.ts';
import { createLoadConnection, type LoadCounts } from './load-connection.ts';
import { createLoadDevice } from './load-device.ts';
import { createRides, createRidingDevice } from './riding-device.ts';
import { createTextDevice } from './text-device.ts';

export const PAYLOADS = ['frames', 'lines', 'json'] as const;

export interface LoadPlan {
  readonly seed: string;
  readonly host: string;
  readonly port: number;
  readonly version: 4 | 5;
  /** Each is a device of its own. */
  readonly connections: number;
  readonly window: number;
  readonly samplesPerFrame: number;
  readonly sampleGapMs: number;
  readonly spanMs: number;
  /** Frames in all; Infinity to go on until stopped. */
  readonly frames: number;
  /** Frames a second over all connections; Infinity for as fast as they are acknowledged. */
  readonly framesPerS: number;
  /** With a pace: what a device sends in one go, as one does that was out of reach for a while. */
  readonly framesPerTurn?: number;
  /** `lines` and `json` hold the same values in the words of other systems. */
  readonly payload?: (typeof PAYLOADS)[number];
  /** So many rides, which the devices share, and time as it passes; 0, and each has contents of its own in the past. */
  readonly rides?: number;
  /** What the rides are runs on, from its start; each goes its own way without it. */
  readonly course?: Course | null;
  readonly prefix?: string;
  readonly giveUpMs?: number;
}

export interface LoadResult {
  readonly isComplete: boolean;
  readonly unacknowledged: number;
  /** From the first frame, with everything connected, to the last acknowledgement. */
  readonly elapsedMs: number;
  /** When the first frame left, ms since the epoch. */
  readonly startedAtMs: number;
}

/** What is sent live was measured so long ago when everything is connected at once. */
const LIVE_LAG_MS = 10_000;
const RATE_TICK_MS = 5;
const DEFAULT_FRAMES_PER_TURN = 8;
/** Different contents of all devices together: each takes memory and time to make. */
const MAX_CONTENTS = 16_384;
const MAX_CONTENTS_PER_DEVICE = 64;
/** Connections opened at once; a server's queue of those that it has not looked at yet is not endless. */
const MAX_OPENING = 256;
/** MQTT has 65,535 packet identifiers; half of them leave room for the ones that come late. */
const MAX_WINDOW = 32_768;
const DEFAULT_GIVE_UP_MS = 60_000;
const RECONNECT_MS = 200;

export interface LoadDeps {
  readonly tokenFor?: (device: string) => Promise<string | null>;
  readonly clock?: Clock;
  /** Stops sending; what is in flight is still waited for. */
  readonly signal?: AbortSignal;
}

/** As much load as a server takes, from frames encoded beforehand. `counts` and `latency` may be read at any time. */
export function createLoad(
  plan: LoadPlan,
  { tokenFor = async () => null, clock = systemClock, signal }: LoadDeps = {},
) {
  const { host, port, version, window, prefix = 'load', payload = 'frames', rides: rideCount = 0 } = plan;
  const framesPerTurn = plan.framesPerTurn ?? DEFAULT_FRAMES_PER_TURN;
  if (window > MAX_WINDOW) throw new RangeError(`a window holds at most ${MAX_WINDOW} frames`);
  const counts: LoadCounts = { sends: 0, acknowledged: 0, dead: 0, refused: 0, lostConnections: 0 };
  const latency = createLatencyHistogram();
  // All samples are in the past, also those of the last frame of a boot.
  const startMs = clock.nowMs() - (rideCount > 0 ? LIVE_LAG_MS : plan.spanMs);
  const contents = Math.max(2, Math.min(MAX_CONTENTS_PER_DEVICE, Math.floor(MAX_CONTENTS / plan.connections)));
  const nameOf = (i: number) => loadDeviceName(prefix, i, rideCount > 0 ? 5 : 4);
  const rides = createRides(
    { ...plan, device: nameOf(0), startMs },
    Math.min(rideCount, plan.connections),
    plan.course,
  );
  const devices = Array.from({ length: plan.connections }, (_, i) => {
    const devicePlan = { ...plan, device: nameOf(i), startMs, contents };
    if (rides.length > 0) return createRidingDevice(devicePlan, rides[i % rides.length]);
    return payload === 'frames' ? createLoadDevice(devicePlan) : createTextDevice(devicePlan, payload);
  });
  let taken = 0;
  /** With a pace: what the device whose turn it is may still send. */
  let turn = 0;
  let nextTurn = 0;
  /** Infinity until everything is connected: the time of connecting is not the load's. */
  let startedMs = Number.POSITIVE_INFINITY;
  let startedAtMs = 0;
  let isStopping = false;

  const isPaced = plan.framesPerS !== Infinity;

  function allow(wanted: number): number {
    if (isStopping || signal?.aborted || startedMs === Number.POSITIVE_INFINITY) return 0;
    const count = Math.min(wanted, plan.frames - taken, isPaced ? turn : wanted);
    taken += count;
    if (isPaced) turn -= count;
    return count;
  }

  /** Gives what is due to one device after the other, so that all get on equally fast in device time. */
  function takeTurns(): void {
    const elapsedMs = clock.monotonicMs() - startedMs;
    let due = Math.floor((elapsedMs * plan.framesPerS) / 1_000) - taken;
    for (let i = 0; i < connections.length && due > 0; i++) {
      turn = Math.min(due, framesPerTurn);
      const before = taken;
      connections[nextTurn++ % connections.length].fill();
      due -= taken - before;
    }
    turn = 0;
  }

  const connections = devices.map((device) =>
    createLoadConnection({
      device,
      address: { host, port, version },
      token: () => tokenFor(device.device),
      ...{ window, allow, latency, counts },
    }),
  );
  const unacknowledged = () => connections.reduce((sum, connection) => sum + connection.unacknowledged, 0);

  /** Opens what is not open; a server that is away for a while is no end. Throws when the device is not wanted. */
  async function reconnect(): Promise<void> {
    const closed = connections.filter((connection) => !connection.isOpen);
    async function openInTurn(): Promise<void> {
      for (let connection = closed.pop(); connection; connection = closed.pop()) {
        try {
          await connection.open();
        } catch (error) {
          if (!(error instanceof ConnectError) || error.isFinal) throw error;
        }
      }
    }
    await Promise.all(Array.from({ length: Math.min(closed.length, MAX_OPENING) }, openInTurn));
  }

  return {
    counts,
    latency,
    devices,
    connections,
    startMs,
    frameBytes: devices.reduce((sum, device) => sum + device.frameBytes, 0) / devices.length,
    stop(): void {
      isStopping = true;
    },
    /** Resolves when all frames are acknowledged, or when nothing was for `giveUpMs`. */
    async run(): Promise<LoadResult> {
      await reconnect();
      // From here on: a pace that also counted the connecting would begin with a burst to make up for it.
      startedMs = clock.monotonicMs();
      startedAtMs = clock.nowMs();
      let progressMs = clock.monotonicMs();
      let acknowledged = 0;
      let checkedMs = progressMs;
      while ((taken < plan.frames && !isStopping && !signal?.aborted) || unacknowledged() > 0) {
        await clock.sleep(isPaced ? RATE_TICK_MS : 4 * RATE_TICK_MS);
        const nowMs = clock.monotonicMs();
        if (isPaced) takeTurns();
        else for (const connection of connections) connection.fill();
        if (nowMs - checkedMs > RECONNECT_MS) {
          checkedMs = nowMs;
          await reconnect();
        }
        if (counts.acknowledged !== acknowledged) progressMs = nowMs;
        acknowledged = counts.acknowledged;
        if (nowMs - progressMs > (plan.giveUpMs ?? DEFAULT_GIVE_UP_MS)) break;
      }
      const elapsedMs = clock.monotonicMs() - startedMs;
      await Promise.all(connections.map((connection) => connection.close()));
      return { isComplete: unacknowledged() === 0, unacknowledged: unacknowledged(), elapsedMs, startedAtMs };
    },
  };
}
/** What the device of number `i` (from 0) is called. */
export function loadDeviceName(prefix: string, i: number, digits: number): string {
  return `${prefix}-${String(i + 1).padStart(digits, '0')}`;
}

export type Load = ReturnType<typeof createLoad>;
