import { type ActivityOrigin, type ActivityRecord, activityId } from '../../schemas/activity.ts';
import type { ActivityMetrics } from '../../schemas/activity-metrics.ts';
import type { EventType, Sport } from '../../schemas/events.ts';
import type { AthleteProfile } from '../../schemas/settings-at.ts';
import { createActivityMetrics, type LiveMetrics } from './metrics/activity-metrics.ts';
import { type KeptOrigins, OriginTally } from './origins.ts';
import type { Measured } from './source-marks.ts';
import { METRICS_SPORT } from './sports.ts';

export interface SessionStart {
  readonly athlete: string;
  readonly startS: number;
  readonly sport: Sport;
  readonly origin: ActivityOrigin;
  readonly follows: string;
  /** Of the settings that say the profile. */
  readonly settingsVersion: number;
  readonly profile: AthleteProfile;
}

interface ResumedSession {
  readonly metrics: LiveMetrics;
  readonly starters: readonly string[];
  readonly devices: readonly string[];
  readonly origins: KeptOrigins;
}

/** What nobody said to be an activity, by a device's word or as the leg of one, is none while it is so short. */
export function isTooShort(
  { start, aliveS }: { start: Pick<SessionStart, 'startS' | 'origin' | 'follows'>; aliveS: number },
  minActivityS: number,
): boolean {
  return aliveS - start.startS + 1 < minActivityS && start.origin === 'stream' && start.follows === '';
}

/** One activity while it goes on: what of it is final. */
export class Session {
  readonly start: SessionStart;
  readonly id: string;
  readonly metrics: LiveMetrics;
  /** Those that measured something in a second that counts. */
  readonly devices: Set<string>;
  readonly origins: OriginTally;
  /** Devices that said `start` and not yet `stop`. The first one's pauses and laps count, or each would count twice. */
  readonly starters: Set<string>;
  /** The last second that counts: with movement, or any at all when a device said that it goes on. */
  aliveS: number;
  /** Something came after its second was final: in the end it is computed from the stored samples. */
  isIncomplete = false;
  /** Nothing came since it was last handed out as finished. */
  isPublished = false;
  #lastDevice = '';

  constructor(start: SessionStart, resumed?: ResumedSession) {
    this.start = start;
    const { athlete, startS, sport, profile } = start;
    // Once: each round of a shard asks for it, and it is a hash.
    this.id = activityId(athlete, startS * 1000);
    this.metrics =
      resumed?.metrics ??
      createActivityMetrics({ sport: METRICS_SPORT[sport], startS, profile, altitudeSource: 'barometer' });
    this.devices = new Set(resumed?.devices);
    this.origins = new OriginTally(resumed?.origins);
    this.starters = new Set(resumed?.starters);
    this.aliveS = startS;
  }

  fold(atS: number, rows: Int32Array, from: number, measured: readonly Measured[]): void {
    this.metrics.fold(atS, rows, from);
    this.origins.fold(atS - this.start.startS, measured);
    for (const { device } of measured) {
      if (device === this.#lastDevice) continue;
      this.#lastDevice = device;
      this.devices.add(device);
    }
    this.isPublished = false;
  }

  /** `beating`: who had beats in each second; a second is taken out with its first beat. */
  beat(
    { atMs, value, device }: { atMs: number; value: number; device: string },
    beating: Map<number, Measured[]>,
  ): void {
    this.metrics.foldBeat(atMs, value);
    const atS = Math.floor(atMs / 1000);
    this.origins.fold(atS - this.start.startS, beating.get(atS) ?? []);
    beating.delete(atS);
    this.devices.add(device);
    this.isPublished = false;
  }

  note(event: Extract<EventType, 'pause' | 'resume' | 'lap'>, device: string, atS: number): void {
    const [leader = device] = this.starters;
    if (device !== leader || atS < this.start.startS) return;
    this.metrics.foldEvent(event, atS);
    this.devices.add(device);
    this.isPublished = false;
  }

  join(device: string): void {
    this.starters.add(device);
    this.devices.add(device);
    this.isPublished = false;
  }

  /** False while other devices still go on. */
  leave(device: string): boolean {
    this.starters.delete(device);
    return this.starters.size === 0;
  }

  /** The athlete stopped in this second, whatever moved until then. */
  stop(atS: number): void {
    this.isPublished = false;
    if (atS < this.start.startS) return;
    this.aliveS = Math.max(this.aliveS, atS);
    this.metrics.foldEvent('stop', atS);
  }

  record(status: 'live' | 'finished', revision: number, metrics: ActivityMetrics): ActivityRecord {
    const { athlete, startS, sport, origin, follows, settingsVersion } = this.start;
    return {
      id: this.id,
      athlete,
      revision,
      status,
      origin,
      sport,
      startMs: startS * 1000,
      endMs: (this.aliveS + 1) * 1000,
      follows,
      devices: [...this.devices].sort(),
      settingsVersion,
      origins: this.origins.origins(),
      metrics,
    };
  }
}
