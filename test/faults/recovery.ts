import { LogUnavailableError, type MessageLog } from '../../runtime/stream/stream.ts';

export interface RecoveryDeps {
  readonly frames: MessageLog;
  readonly durables: readonly string[];
  /** Frames that devices have an acknowledgement for. */
  acknowledged(): number;
  /** Devices have an acknowledgement for everything: their silence is no sign. */
  isOver(): boolean;
}

export interface Recovery {
  /** The longest time in which no device got any acknowledgement, from the beginning of the harm on. */
  readonly silentMs: number;
  /** From the end of the harm until every store had everything that was in the stream then; null: not in time. */
  readonly storedAfterMs: number | null;
}

const LOOK_EVERY_MS = 50;
const TIMEOUT_MS = 120_000;

/** Watches from the beginning of the harm; `lifted` says when it was over, `finish` waits until things are well. */
export function watchRecovery({ frames, durables, acknowledged, isOver }: RecoveryDeps) {
  let lastCount = acknowledged();
  let lastMs = performance.now();
  let silentMs = 0;
  let liftedMs: number | null = null;
  const timer = setInterval(look, LOOK_EVERY_MS);

  function look(): void {
    const count = acknowledged();
    if (!isOver()) silentMs = Math.max(silentMs, performance.now() - lastMs);
    if (count !== lastCount) lastMs = performance.now();
    lastCount = count;
  }

  /** Out of reach is not recovered, and asked again. */
  async function ask<T>(question: () => Promise<T>): Promise<T | null> {
    try {
      return await question();
    } catch (error) {
      if (!(error instanceof LogUnavailableError)) throw error;
      return null;
    }
  }

  async function haveStored(seq: number): Promise<boolean> {
    for (const durable of durables) {
      const position = await ask(() => frames.durablePosition(durable));
      if (position === null || position.ackFloorSeq < seq) return false;
    }
    return true;
  }

  return {
    lifted(): void {
      liftedMs ??= performance.now();
    },
    async finish(): Promise<Recovery> {
      const sinceMs = liftedMs ?? performance.now();
      let targetSeq: number | null = null;
      let storedAfterMs: number | null = null;
      while (storedAfterMs === null && performance.now() - sinceMs < TIMEOUT_MS) {
        targetSeq ??= (await ask(() => frames.info()))?.lastSeq ?? null;
        if (targetSeq !== null && (await haveStored(targetSeq))) storedAfterMs = performance.now() - sinceMs;
        else await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      }
      return { silentMs, storedAfterMs };
    },
    stop: () => clearInterval(timer),
  };
}
