import { testGearStore } from './gear-store.conformance.ts';
import { createMemoryGearTable } from './memory-gear-store.ts';

const summed = (numbers: readonly (number | null)[]) =>
  numbers.reduce((sum, one) => (one === null ? sum : (sum ?? 0) + one), null);

testGearStore('the twin', async () => {
  const table = createMemoryGearTable();
  return {
    store: table.open(),
    async totals() {
      const counted = table.loads().filter(({ isCounted }) => isCounted);
      const byGear = Map.groupBy(counted, ({ athlete, gear }) => `${gear} ${athlete}`);
      return [...byGear.keys()].sort().map((key) => {
        const loads = byGear.get(key)!;
        const least = loads.flatMap(({ airTemperatureC }) => airTemperatureC?.min ?? []);
        return {
          gear: loads[0].gear,
          activities: loads.length,
          distanceM: summed(loads.map(({ distanceM }) => distanceM)),
          impacts: summed(loads.map(({ impacts }) => impacts)),
          minTemperatureC: least.length === 0 ? null : Math.min(...least),
        };
      });
    },
  };
});
