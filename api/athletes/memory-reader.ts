import type { GearLoad, LoadName } from '../../schemas/gear-load.ts';
import { StoreUnavailableError } from '../samples/reader.ts';
import { type AthleteReader, compareClaims, type GearTotal, MAX_CLAIMS, type PublishedClaim } from './reader.ts';

/** The in-memory twin of the tables of records and loads, which can be told to be out of reach. */
export interface MemoryAthleteReader extends AthleteReader {
  insertClaims(claims: readonly PublishedClaim[]): void;
  insertLoads(loads: readonly GearLoad[]): void;
  setReachable(isReachable: boolean): void;
}

export function createMemoryAthleteReader(): MemoryAthleteReader {
  const claims = new Map<string, PublishedClaim>();
  const loads = new Map<string, GearLoad>();
  let isReachable = true;

  function check(signal?: AbortSignal): void {
    signal?.throwIfAborted();
    if (!isReachable) throw new StoreUnavailableError('clickhouse', 'told to be out of reach');
  }

  return {
    insertClaims(all) {
      for (const claim of all) {
        const key = [claim.athlete, claim.sport, claim.kind, claim.name, claim.revision].join(' ');
        if (claim.epoch >= (claims.get(key)?.epoch ?? 0)) claims.set(key, claim);
      }
    },
    insertLoads(all) {
      for (const load of all) {
        const key = `${load.athlete} ${load.gear} ${load.activity}`;
        if (load.revision >= (loads.get(key)?.revision ?? 0)) loads.set(key, load);
      }
    },
    setReachable(reachable) {
      isReachable = reachable;
    },
    async claims(athlete, sport, signal) {
      check(signal);
      const found = [...claims.values()]
        .filter((one) => one.athlete === athlete && (sport === null || one.sport === sport))
        .sort(compareClaims);
      const byRecord = Map.groupBy(found, ({ sport, kind, name }) => `${sport} ${kind} ${name}`);
      return structuredClone([...byRecord.values()].flatMap((all) => all.slice(0, MAX_CLAIMS)));
    },
    async gear(athlete, signal) {
      check(signal);
      const counted = [...loads.values()].filter((one) => one.athlete === athlete && one.isCounted);
      const byGear = Map.groupBy(counted, ({ gear }) => gear);
      return [...byGear.keys()].sort().map((gear) => totalOf(gear, byGear.get(gear)!));
    },
  };
}

function totalOf(gear: string, loads: readonly GearLoad[]): GearTotal {
  const sum = (name: LoadName) => {
    const known = loads.map((load) => load[name]).filter((value) => value !== null);
    return known.length === 0 ? null : known.reduce((all, one) => all + one, 0);
  };
  const temperatures = loads.flatMap(({ airTemperatureC }) => airTemperatureC ?? []);
  return {
    gear,
    kind: loads[0].kind,
    activities: loads.length,
    markedActivities: loads.filter(({ marked }) => marked.length > 0).length,
    firstUsedMs: Math.min(...loads.map(({ startMs }) => startMs)),
    lastUsedMs: Math.max(...loads.map(({ endMs }) => endMs)),
    distanceM: sum('distanceM'),
    movingS: sum('movingS'),
    elevationGainM: sum('elevationGainM'),
    impacts: sum('impacts'),
    wetS: sum('wetS'),
    airTemperatureC:
      temperatures.length === 0
        ? null
        : { min: Math.min(...temperatures.map((t) => t.min)), max: Math.max(...temperatures.map((t) => t.max)) },
  };
}
