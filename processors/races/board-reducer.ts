import type { DirtyParts, Reducer, ReducerFactory } from '../../runtime/reducer.ts';
import { type Steps, untilDone } from '../../runtime/steps.ts';
import type { LogMessage } from '../../runtime/stream/stream.ts';
import { shardOf } from '../../schemas/identity.ts';
import { parseJson } from '../../schemas/parse-json.ts';
import type { Race } from '../../schemas/race.ts';
import type { BoardOptions } from './board/board.ts';
import { decodeBoardPart, type RaceFact } from './board/memory.ts';
import { HeldRace } from './held-race.ts';

/** Races are dealt out over so many slots, each with a lease of its own: the holders share them. */
export const BOARD_SLOTS = 16;

export function slotOf(race: string): number {
  return shardOf(race, BOARD_SLOTS);
}

export interface BoardsDeps {
  /** Of the frame stream: as many holders tell of the progress of a race. */
  readonly shards: number;
  /** Every race of CONFIG that is known now. */
  knownRaces(): readonly Race[];
  /** A message that is no fact of a race. */
  onMalformed(message: LogMessage): void;
  readonly options?: Partial<BoardOptions>;
}

/** The races of the slots that this process holds. */
export interface Boards {
  readonly reducers: ReducerFactory;
  /** By the newest term of a slot in this process; [] when it never held it. */
  inSlot(slot: number): Iterable<HeldRace>;
  find(race: string): HeldRace | null;
  /** CONFIG has a race, or a newer version. */
  show(race: Race): void;
  hide(race: string): void;
  /** The slot is no longer held. */
  forget(slot: number): void;
}

/**
 * The boards as a reducer on FACTS: crossings, reads and decisions are folded in and kept with the checkpoint. Ticks of
 * progress come beside it and repeat what matters, so they need no place in the stream.
 */
export function createBoards({ shards, knownRaces, onMalformed, options }: BoardsDeps): Boards {
  const slots = new Map<number, Map<string, HeldRace>>();
  // Every slot of the process sees the same message.
  const known = new WeakMap<Uint8Array, RaceFact | null>();

  function factOf({ data }: LogMessage): RaceFact | null {
    let fact = known.get(data);
    if (fact === undefined) {
      fact = readRaceFact(data);
      known.set(data, fact);
    }
    return fact;
  }

  function raceIn(races: Map<string, HeldRace>, id: string): HeldRace {
    let race = races.get(id);
    if (race === undefined) {
      race = new HeldRace(id, shards, options);
      races.set(id, race);
    }
    return race;
  }

  function create(slot: number, parts: ReadonlyMap<string, Uint8Array>): Reducer {
    const races = new Map<string, HeldRace>();
    slots.set(slot, races);
    for (const [name, bytes] of parts) {
      const part = decodeBoardPart(bytes);
      raceIn(races, part.race).restore(name, part);
    }
    for (const race of knownRaces()) if (slotOf(race.id) === slot) raceIn(races, race.id).show(race);
    const takeDirtyInSteps = () => takeEach(Array.from(races.values(), (race) => race.takeDirtyInSteps()));
    return {
      name: 'boards',
      apply(message) {
        const said = factOf(message);
        if (said === null) return onMalformed(message);
        const id = said.kind === 'race.crossing' ? said.crossing.race : said.race;
        if (slotOf(id) === slot) raceIn(races, id).tell(said, message.seq);
      },
      takeDirty: () => untilDone(takeDirtyInSteps()),
      takeDirtyInSteps,
      // What follows from a board is sent out by its own clock, not by that of the facts.
      emit: async () => undefined,
    };
  }

  const racesOf = (id: string) => slots.get(slotOf(id));
  return {
    reducers: { name: 'boards', create },
    inSlot: (slot) => slots.get(slot)?.values() ?? [],
    find: (id) => racesOf(id)?.get(id) ?? null,
    show(race) {
      const races = racesOf(race.id);
      if (races !== undefined) raceIn(races, race.id).show(race);
    },
    hide: (id) => racesOf(id)?.get(id)?.hide(),
    forget: (slot) => void slots.delete(slot),
  };
}

/** Null when it is none. */
function readRaceFact(data: Uint8Array): RaceFact | null {
  const fact = parseJson(data) as RaceFact | null;
  if (fact?.kind === 'race.crossing' && typeof fact.crossing?.race === 'string') return fact;
  if (fact?.kind === 'race.act') return typeof fact.race === 'string' && Array.isArray(fact.effects) ? fact : null;
  return fact?.kind === 'race.entry' && typeof fact.race === 'string' && typeof fact.said === 'object' ? fact : null;
}

function* takeEach(races: readonly Steps<DirtyParts>[]): Steps<DirtyParts> {
  const dirty: DirtyParts = new Map();
  for (const race of races) for (const [part, value] of yield* race) dirty.set(part, value);
  return dirty;
}
