import { keys } from '../schemas/names.ts';
import type { Race, RaceSetting, Starter } from '../schemas/race.ts';
import { checkRaceSetting, joinRace, RaceError } from '../schemas/race-check.ts';
import type { Clock } from './clock.ts';
import { keepWatch } from './kept-watch.ts';
import type { KeyValue } from './kv/kv.ts';
import type { Logger } from './log.ts';
import { parseStarters } from './race-config.ts';

/** All races that CONFIG holds, each whole: a version counts once every chunk of its starters is there. */
export interface Races {
  get(id: string): Race | null;
  all(): Race[];
  /** Grows whenever an answer may have changed. */
  readonly version: number;
  /** False until everything was told once. */
  readonly isReady: boolean;
  stop(): void;
}

export interface RacesDeps {
  /** The bucket CONFIG. */
  readonly kv: KeyValue;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called for each race that is new or has changed, after `get` knows it. */
  onChange?(race: Race): void;
  /** Called for each race that is no longer there. */
  onRemoved?(id: string): void;
  readonly random?: () => number;
}

const MAX_RACES = 1_000;

interface Told {
  setting: RaceSetting | null;
  /** By version and number. */
  readonly chunks: Map<string, Starter[]>;
}

/**
 * Every race, held in memory and kept fresh by a watch on the bucket. While it is out of reach the races that are known
 * go on counting. A value that breaks a rule is left out with a line in the log, and the version before it counts.
 */
export function createRaces(deps: RacesDeps): Races {
  const { logger, onChange = () => undefined, onRemoved = () => undefined } = deps;
  const races = new Map<string, Race>();
  let version = 0;
  let isReady = false;

  const watch = keepWatch({
    ...deps,
    filter: keys.races,
    begin() {
      const told = new Map<string, Told>();
      return {
        onChange: ({ key, value }) => learn(told, key, value),
        onReady() {
          for (const id of [...races.keys()]) if (!told.get(id)?.setting) remove(id);
          isReady = true;
          version += 1;
        },
      };
    },
    onLost: (err) => logger.warn({ err }, 'the races are out of reach: those that are known go on counting'),
  });

  function learn(told: Map<string, Told>, key: string, value: Uint8Array | null): void {
    const parsed = keys.parseRace(key);
    if (parsed === null) return;
    const { race: id, starters } = parsed;
    let one = told.get(id);
    if (one === undefined) {
      if (told.size >= MAX_RACES) return logger.error({ key, MAX_RACES }, 'there are more races than are kept');
      one = { setting: null, chunks: new Map() };
      told.set(id, one);
    }
    try {
      if (starters !== null) {
        const chunk = `${starters.version}.${starters.chunk}`;
        if (value === null) one.chunks.delete(chunk);
        else one.chunks.set(chunk, parseStarters(value));
      } else if (value === null) {
        told.delete(id);
        remove(id);
        return;
      } else one.setting = checkRaceSetting(JSON.parse(Buffer.from(value).toString()));
      join(one);
    } catch (err) {
      if (!(err instanceof RaceError || err instanceof SyntaxError)) throw err;
      logger.error({ err, key }, 'a race cannot be read: the version before it counts');
    }
  }

  /** Takes the race if it is whole. */
  function join({ setting, chunks }: Told): void {
    if (setting === null || (races.get(setting.id)?.version ?? 0) >= setting.version) return;
    const { version: startersVersion, chunks: count } = setting.starters;
    const starters: Starter[] = [];
    for (let n = 0; n < count; n++) {
      const chunk = chunks.get(`${startersVersion}.${n}`);
      if (chunk === undefined) return;
      starters.push(...chunk);
    }
    const race = joinRace(setting, starters);
    races.set(race.id, race);
    version += 1;
    onChange(race);
  }

  function remove(id: string): void {
    if (!races.delete(id)) return;
    version += 1;
    onRemoved(id);
  }

  return {
    get: (id) => races.get(id) ?? null,
    all: () => [...races.values()],
    get version() {
      return version;
    },
    get isReady() {
      return isReady;
    },
    stop: watch.stop,
  };
}
