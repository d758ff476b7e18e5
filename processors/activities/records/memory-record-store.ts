import { type Faults, faulted } from '../../../runtime/memory-faults.ts';
import type { ActivityRecord } from '../../../schemas/activity.ts';
import { compareEfforts, hasRecords, type RecordKey } from '../../../schemas/record.ts';
import { StoreUnavailableError } from '../../sink.ts';
import { effortsOf } from '../activity-efforts.ts';
import type { Candidate, RecordStore, StoredClaim } from './record-store.ts';

/** The in-memory twin of the records table. Each process opens its own end. */
export interface MemoryRecordTable {
  open(faults?: Faults): RecordStore;
  /** Every claim that is kept. */
  claims(): StoredClaim[];
}

const recordOf = ({ athlete, sport, kind, name }: RecordKey) => `${athlete} ${sport} ${kind} ${name}`;

/** `activities` are those that hold at the time of the call. */
export function createMemoryRecordTable(activities: () => readonly ActivityRecord[]): MemoryRecordTable {
  const held = new Map<string, StoredClaim>();

  const isFinished = (athlete: string, activity: string) =>
    activities().some((one) => one.athlete === athlete && one.id === activity && one.status === 'finished');

  function newest(athletes: readonly string[]) {
    const byRecord = Map.groupBy(
      [...held.values()].filter(({ athlete }) => athletes.includes(athlete)),
      recordOf,
    );
    return [...byRecord.values()].map((claims) => {
      const [last] = claims.toSorted((a, b) => b.epoch - a.epoch || b.revision - a.revision);
      const lastRevision = Math.max(...claims.map(({ revision }) => revision));
      return { ...structuredClone(last), lastRevision, isFinished: isFinished(last.athlete, last.activity) };
    });
  }

  function best(athletes: readonly string[], live: readonly string[]): Candidate[] {
    const all = activities()
      .filter(({ athlete, status, sport }) => athletes.includes(athlete) && status === 'finished' && hasRecords(sport))
      .flatMap((record) =>
        effortsOf(record).flatMap(({ kind, marks, ...effort }): Candidate[] => {
          const isLeftOut = kind === 'pace' || marks.length > 0 || (kind !== 'longest' && live.includes(record.id));
          const { athlete, sport, id, revision } = record;
          return isLeftOut ? [] : [{ athlete, sport, kind, activity: id, activityRevision: revision, ...effort }];
        }),
      );
    const byRecord = Map.groupBy(all, recordOf);
    return [...byRecord.values()].map((some) => some.sort((a, b) => compareEfforts(a.kind, a, b))[0]);
  }

  return {
    open(faults) {
      const run = <T>(call: string, act: () => T) =>
        faulted(faults, `records.${call}`, act, () => new StoreUnavailableError(`records.${call}: no answer`));
      return {
        newest: (athletes) => run('newest', () => newest(athletes)),
        since: (athletes, seq) =>
          run('since', () =>
            structuredClone([...held.values()].filter((one) => athletes.includes(one.athlete) && one.seq >= seq)),
          ),
        best: (athletes, live) => run('best', () => best(athletes, live)),
        write: (claims) =>
          run('write', () => {
            for (const claim of claims) {
              const key = `${recordOf(claim)} ${claim.revision}`;
              const before = held.get(key);
              if (before === undefined || claim.epoch >= before.epoch) held.set(key, structuredClone(claim));
            }
          }),
      };
    },
    claims: () => [...held.values()],
  };
}
