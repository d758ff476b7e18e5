/**
 * fast-check with one seed for all properties, so that the same commit passes or fails alike wherever it is tested; or,
 * with `times` in this module's address, with a new seed for each and so many times the runs. A property that states
 * its own seed keeps it.
 */
import fastCheck, { type IAsyncProperty, type IProperty, type Parameters } from 'fast-check';

const SEED = 20_261_130;
const DEFAULT_RUNS = 100;

const said = new URL(import.meta.url).searchParams.get('times');
const ours = said === null ? { seed: SEED, times: 1 } : { times: Number(said) };

function assertProperty<Ts>(property: IProperty<Ts> | IAsyncProperty<Ts>, own: Parameters<Ts> = {}) {
  const { times, ...seeded } = ours;
  return fastCheck.assert(property as IProperty<Ts>, {
    ...seeded,
    ...own,
    numRuns: (own.numRuns ?? DEFAULT_RUNS) * times,
  });
}

export default { ...fastCheck, assert: assertProperty };
