import { type Faults, faulted } from '../../runtime/memory-faults.ts';
import type { ActivityRecord } from '../../schemas/activity.ts';
import { channelsOf, kindOf } from '../../schemas/channels.ts';
import type { SampleRow } from '../batch-rows.ts';
import { StoreUnavailableError } from '../sink.ts';
import type { ActivityStore } from './activity-store.ts';

/** The in-memory twin of the activities table. Each process opens its own end. */
export interface MemoryActivityTable {
  open(faults?: Faults): ActivityStore;
  /** The records that hold. */
  records(): ActivityRecord[];
}

/** `rawRows` is what the raw tables hold at the time of the call, of every kind. */
export function createMemoryActivityTable(rawRows: () => Iterable<SampleRow>): MemoryActivityTable {
  const held = new Map<string, { record: ActivityRecord; epoch: number }>();

  function insert(record: ActivityRecord, epoch: number): void {
    const before = held.get(record.id);
    const isOlder =
      before !== undefined &&
      (record.revision < before.record.revision ||
        (record.revision === before.record.revision && epoch < before.epoch));
    if (!isOlder) held.set(record.id, { record: structuredClone(record), epoch });
  }

  return {
    open(faults) {
      const run = <T>(call: string, act: () => T) =>
        faulted(faults, `activities.${call}`, act, () => new StoreUnavailableError(`activities.${call}: no answer`));
      return {
        write: (records, epoch) =>
          run('write', () => {
            for (const record of records) insert(record, epoch);
          }),
        overlapping: (athlete, { fromMs, untilMs }) =>
          run('overlapping', () =>
            [...held.values()]
              .filter(({ record }) => record.athlete === athlete && record.status !== 'withdrawn')
              .filter(({ record }) => record.startMs < untilMs && fromMs < record.endMs)
              .map(({ record: { id, startMs, endMs } }) => ({ id, fromMs: startMs, untilMs: endMs })),
          ),
        devices: (athlete, { fromMs, untilMs }) =>
          run('devices', () => {
            const own = [...rawRows()].filter((row) => (row.athlete || row.device) === athlete);
            return [...new Set(own.filter(({ tsMs }) => tsMs >= fromMs && tsMs < untilMs).map(({ device }) => device))];
          }),
        rows: ({ athlete, devices }, { fromMs, untilMs }) =>
          run('rows', () =>
            [...rawRows()]
              .filter((row) => (row.athlete || row.device) === athlete && devices.includes(row.device))
              .filter(({ tsMs }) => tsMs >= fromMs && tsMs < untilMs)
              .sort((a, b) => a.tsMs - b.tsMs)
              .map(({ device, source, tsMs, values }) => {
                const kind = kindOf(source);
                return { kind, device, source, tsMs, values: channelsOf(kind).map(({ name }) => values[name] ?? null) };
              }),
          ),
      };
    },
    records: () => [...held.values()].map(({ record }) => record),
  };
}
