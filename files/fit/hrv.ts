import type { DamageCounts } from '../reasons.ts';
import { createRrBuilder, type Series } from '../series.ts';
import { type FitMessage, fieldNumber } from './fit-messages.ts';

const TIME = 0;
/** Beats run on by their own intervals. When they fall behind the records by more, the sensor was off for a while. */
const MAX_BEHIND_MS = 3_000;
const RR = 0;

/**
 * Intervals between heart beats (FIT message 78). They have no times: a message follows the record in whose second the
 * beats were heard. So the first interval ends at that record, and each other one where it ends after the one before.
 */
export function createHrvReader(damage: DamageCounts, nowMs: number, lastRecordMs: () => number) {
  const series = createRrBuilder(damage, nowMs);
  let beatMs = Number.NaN;

  return {
    take(message: FitMessage): void {
      const field = message.definition.fields.find(({ number, developer }) => number === TIME && developer < 0);
      const recordMs = lastRecordMs();
      if (field === undefined || !Number.isFinite(recordMs)) return;
      for (let i = 0; ; i++) {
        if ((i + 1) * 2 > field.sizeBytes) return;
        const intervalMs = fieldNumber(message, field, field.baseType, i);
        if (!(intervalMs > 0)) continue;
        const nextMs = beatMs + intervalMs;
        beatMs = nextMs >= recordMs - MAX_BEHIND_MS ? nextMs : recordMs;
        if (series.begin(beatMs)) series.set(RR, intervalMs * 10);
      }
    },
    finish: (): Series | null => series.finish(),
  };
}
