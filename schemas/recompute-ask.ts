import { ATHLETE_PATTERN } from './identity.ts';
import { parseJson } from './parse-json.ts';

/** Asks the holder of an athlete's shard to find the activities of a span again; it travels in FRAMES, in a tick. */
export interface RecomputeAsk {
  readonly athlete: string;
  readonly fromMs: number;
  readonly untilMs: number;
  /** Of the athlete's settings that the result has to follow. */
  readonly settingsVersion: number;
}

export function encodeRecomputeAsk(ask: RecomputeAsk): Uint8Array {
  return Buffer.from(JSON.stringify(ask));
}

/** Null when a tick asks for nothing, or for nothing that can be. */
export function readRecomputeAsk(data: Uint8Array): RecomputeAsk | null {
  if (data.length === 0) return null;
  const { athlete, fromMs, untilMs, settingsVersion } = (parseJson(data) ?? {}) as RecomputeAsk;
  const isWhole = [fromMs, untilMs, settingsVersion].every(Number.isSafeInteger) && fromMs < untilMs;
  if (typeof athlete !== 'string' || !ATHLETE_PATTERN.test(athlete) || !isWhole) return null;
  return { athlete, fromMs, untilMs, settingsVersion };
}
