import type { RecordProgress } from '../../schemas/athlete-progress.ts';
import { unitOfRecord } from '../../schemas/record.ts';
import { SHOWN_STEPS, type StepRow } from './reader.ts';

/** From steps in their order. */
export function recordsFrom(rows: readonly StepRow[]): RecordProgress[] {
  const byRecord = Map.groupBy(rows, ({ sport, kind, name }) => `${sport} ${kind} ${name}`);
  return [...byRecord.values()].map((all) => {
    const [{ sport, kind, name }] = all;
    const steps = all.slice(0, SHOWN_STEPS).map(({ value, activity, startMs, endMs, interpolated }) => {
      return { value, activity, startMs, endMs, interpolated };
    });
    return { sport, kind, name, unit: unitOfRecord(kind, name), steps, isWhole: all.length <= SHOWN_STEPS };
  });
}
