import { type Faults, faulted } from '../../../runtime/memory-faults.ts';
import { type GearLoad, gearLoadId } from '../../../schemas/gear-load.ts';
import { StoreUnavailableError } from '../../sink.ts';
import type { GearStore } from './gear-store.ts';

/** The in-memory twin of the table of gear loads. Each process opens its own end. */
export interface MemoryGearTable {
  open(faults?: Faults): GearStore;
  /** The loads that hold, those that were taken back among them. */
  loads(): GearLoad[];
}

export function createMemoryGearTable(): MemoryGearTable {
  const held = new Map<string, { load: GearLoad; epoch: number }>();
  const loads = () => [...held.values()].map(({ load }) => load);

  return {
    open(faults) {
      const run = <T>(call: string, act: () => T) =>
        faulted(faults, `gear.${call}`, act, () => new StoreUnavailableError(`gear.${call}: no answer`));
      return {
        known: (activities) =>
          run('known', () =>
            loads()
              .filter((load) => activities.some(({ athlete, id }) => athlete === load.athlete && id === load.activity))
              .map(({ athlete, gear, kind, activity }) => ({ athlete, gear, kind, activity })),
          ),
        write: (written, epoch) =>
          run('write', () => {
            for (const load of written) {
              const before = held.get(gearLoadId(load));
              const isOlder =
                before !== undefined &&
                (load.revision < before.load.revision ||
                  (load.revision === before.load.revision && epoch < before.epoch));
              if (!isOlder) held.set(gearLoadId(load), { load: structuredClone(load), epoch });
            }
          }),
      };
    },
    loads,
  };
}
