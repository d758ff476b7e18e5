import { MAX_SOURCES_PER_DEVICE } from '../../schemas/identity.ts';

/** Frames back to which a conflict is noticed. */
const RECENT_FRAMES = 64;
/** A device draws a new boot at a restart: more than a few at once means that its counter is broken. */
const MAX_BOOTS = 8;

interface BootClock {
  low: number;
  high: number;
  offsetMs: number;
  validUntilMs: number;
}

/** What a lane remembers of one device: its boots' clock corrections, its sources, its last frames. */
export class DeviceMemory {
  private readonly boots: BootClock[] = [];
  private readonly sources = new Set<string>();
  private readonly seqs = new Float64Array(RECENT_FRAMES);
  private readonly bootLows = new Uint32Array(RECENT_FRAMES);
  private readonly hashes = new Float64Array(RECENT_FRAMES);

  /** ms to add to device time, or NaN when it must be asked for. */
  offsetMs(bootLow: number, bootHigh: number, nowMs: number): number {
    for (const boot of this.boots) {
      if (boot.low === bootLow && boot.high === bootHigh) return boot.validUntilMs > nowMs ? boot.offsetMs : Number.NaN;
    }
    return Number.NaN;
  }

  learnOffset(bootLow: number, bootHigh: number, offsetMs: number, validUntilMs: number): void {
    const known = this.boots.findIndex((boot) => boot.low === bootLow && boot.high === bootHigh);
    if (known >= 0) this.boots.splice(known, 1);
    this.boots.unshift({ low: bootLow, high: bootHigh, offsetMs, validUntilMs });
    if (this.boots.length > MAX_BOOTS) this.boots.pop();
  }

  /** False when the device already uses all the sources that it may have. */
  useSource(source: string): boolean {
    if (this.sources.has(source)) return true;
    if (this.sources.size >= MAX_SOURCES_PER_DEVICE) return false;
    this.sources.add(source);
    return true;
  }

  /** True when the last frames hold the same (boot, seq) with other content; else remembers this one. */
  conflicts(bootLow: number, seq: number, hash: number): boolean {
    const at = seq % RECENT_FRAMES;
    if (this.seqs[at] === seq && this.bootLows[at] === bootLow) return this.hashes[at] !== hash;
    this.seqs[at] = seq;
    this.bootLows[at] = bootLow;
    this.hashes[at] = hash;
    return false;
  }
}

/** Devices of one lane, the least recently used forgotten first: forgetting costs a look-up, never data. */
export class DeviceMemories {
  private readonly maxDevices: number;
  private readonly byDevice = new Map<string, DeviceMemory>();

  constructor(maxDevices: number) {
    this.maxDevices = maxDevices;
  }

  of(device: string): DeviceMemory {
    let memory = this.byDevice.get(device);
    if (memory === undefined) {
      if (this.byDevice.size >= this.maxDevices) this.forgetOldest();
      memory = new DeviceMemory();
      this.byDevice.set(device, memory);
    }
    return memory;
  }

  /** Map keeps insertion order; a sixteenth goes at once so that the cost is paid seldom. */
  private forgetOldest(): void {
    let left = Math.ceil(this.maxDevices / 16);
    for (const device of this.byDevice.keys()) {
      this.byDevice.delete(device);
      if (--left === 0) return;
    }
  }
}
