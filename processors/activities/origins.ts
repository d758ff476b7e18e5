import {
  type ActivityOrigins,
  type ChannelGroup,
  GROUP_CHANNELS,
  GROUP_NAMES,
  type GroupShare,
  type SpanS,
} from '../../schemas/activity-origins.ts';
import { isMeasuredBy, type Measured, type RankedSource } from './source-marks.ts';

/** Bounds of what is kept of an activity. */
const MAX_SOURCES = 32;
const MAX_CONTESTS = 128;
const MAX_SPANS = 24;
/** Who pauses for no longer goes on: devices that record cleverly send a sample every few seconds. */
const JOIN_S = 10;

/** Begins and ends in turn. */
type Spans = number[];

interface GroupTally {
  gaveS: number;
  aloneS: number;
  outrankedS: number;
  gave: Spans;
  alone: Spans;
  isCoarse: boolean;
}

interface SourceTally extends RankedSource {
  /** By the group's place. */
  readonly groups: (GroupTally | null)[];
}

interface ContestTally {
  readonly group: number;
  readonly winner: string;
  readonly loser: string;
  seconds: number;
}

/** Seconds in which one source alone gave the same channels: nearly all are, and counting them one by one is dear. */
interface Run {
  readonly of: Measured;
  readonly fromS: number;
  lastS: number;
  seconds: number;
}

export interface KeptOrigins {
  readonly sources: readonly SourceTally[];
  readonly contests: readonly ContestTally[];
}

const nameOf = ({ device, source }: { device: string; source: string }) => `${device}/${source}`;

/**
 * Counts who gave what of an activity, second by second in order, so that the same seconds give the same counts however
 * they came. In each second the best ranked source that has a value of a channel gives it, as in the window of seconds.
 */
export class OriginTally {
  readonly #sources = new Map<string, SourceTally>();
  readonly #contests = new Map<string, ContestTally>();
  #run: Run | null = null;

  constructor(kept: KeptOrigins = { sources: [], contests: [] }) {
    for (const source of kept.sources) this.#sources.set(nameOf(source), source);
    for (const contest of kept.contests) this.#contests.set(contestKey(contest), contest);
  }

  /** One second, counted from the activity's start; seconds come in order. */
  fold(atS: number, measured: readonly Measured[]): void {
    if (measured.length === 0) return;
    if (measured.length === 1 && goesOn(this.#run, atS, measured[0])) {
      this.#run.lastS = atS;
      this.#run.seconds++;
      return;
    }
    this.#settle();
    if (measured.length === 1) this.#run = { of: measured[0], fromS: atS, lastS: atS, seconds: 1 };
    else this.#foldAll(atS, measured);
  }

  #foldAll(atS: number, measured: readonly Measured[]): void {
    const inOrder = [...measured].sort(byRank);
    for (let group = 0; group < GROUP_CHANNELS.length; group++) {
      const channels = GROUP_CHANNELS[group];
      const having = inOrder.filter((one) => (one.channels & channels) !== 0);
      let given = 0;
      for (const one of having) {
        const gives = (one.channels & channels & ~given) !== 0;
        given |= one.channels & channels;
        this.#count(atS, group, one, gives, having.length === 1);
        if (!gives) this.#contest(group, nameOf(having[0]), nameOf(one));
      }
    }
  }

  origins(): ActivityOrigins {
    this.#settle();
    const sources = [...this.#sources.values()].sort(byRank);
    const places = new Map(sources.map((source, place) => [nameOf(source), place]));
    const contests = [...this.#contests.values()].sort(
      (a, b) => a.group - b.group || (contestKey(a) < contestKey(b) ? -1 : 1),
    );
    return {
      sources: sources.map(({ device, source, groups }) => ({ device, source, groups: sharesOf(groups) })),
      contests: contests.map(({ group, winner, loser, seconds }) => ({
        group: GROUP_NAMES[group],
        winner: places.get(winner)!,
        loser: places.get(loser)!,
        seconds,
      })),
    };
  }

  /** What the constructor takes. */
  encode(): KeptOrigins {
    this.#settle();
    return { sources: [...this.#sources.values()], contests: [...this.#contests.values()] };
  }

  /** Counts the seconds of the run that was going on. */
  #settle(): void {
    const run = this.#run;
    if (run === null) return;
    this.#run = null;
    for (let group = 0; group < GROUP_CHANNELS.length; group++) {
      if ((run.of.channels & GROUP_CHANNELS[group]) === 0) continue;
      const tally = this.#tally(run.of, group);
      if (tally === null) return;
      tally.gaveS += run.seconds;
      tally.aloneS += run.seconds;
      extend(tally, 'gave', run.fromS, run.lastS);
      extend(tally, 'alone', run.fromS, run.lastS);
    }
  }

  #count(atS: number, group: number, source: RankedSource, gives: boolean, isAlone: boolean): void {
    const tally = this.#tally(source, group);
    if (tally === null) return;
    if (!gives) {
      tally.outrankedS++;
      return;
    }
    tally.gaveS++;
    extend(tally, 'gave', atS, atS);
    if (!isAlone) return;
    tally.aloneS++;
    extend(tally, 'alone', atS, atS);
  }

  /** Null when there is no room for another source. */
  #tally(given: RankedSource, group: number): GroupTally | null {
    const key = nameOf(given);
    let found = this.#sources.get(key);
    if (found === undefined) {
      if (this.#sources.size >= MAX_SOURCES) return null;
      const { device, source, rank } = given;
      found = { device, source, rank, groups: GROUP_NAMES.map(() => null) };
      this.#sources.set(key, found);
    }
    found.groups[group] ??= { gaveS: 0, aloneS: 0, outrankedS: 0, gave: [], alone: [], isCoarse: false };
    return found.groups[group];
  }

  #contest(group: number, winner: string, loser: string): void {
    const key = contestKey({ group, winner, loser });
    const found = this.#contests.get(key);
    if (found !== undefined) {
      found.seconds++;
      return;
    }
    const hasRoom = this.#contests.size < MAX_CONTESTS && this.#sources.has(winner) && this.#sources.has(loser);
    if (hasRoom) this.#contests.set(key, { group, winner, loser, seconds: 1 });
  }
}

function contestKey({ group, winner, loser }: Pick<ContestTally, 'group' | 'winner' | 'loser'>): string {
  return `${group} ${winner} ${loser}`;
}

/** Equal ranks are told apart by the names, so that the order is that of no arrival. */
export function byRank(a: RankedSource, b: RankedSource): number {
  return a.rank - b.rank || (nameOf(a) < nameOf(b) ? -1 : 1);
}

/** True when the same source alone gave the same channels, without a pause that would end a span. */
function goesOn(run: Run | null, atS: number, measured: Measured): run is Run {
  if (run === null || atS - run.lastS > JOIN_S) return false;
  const { of } = run;
  return of === measured || isMeasuredBy(of, measured, measured.channels);
}

/**
 * Goes on with the last span until `lastS`, or begins one; beyond the bound the two closest are joined. With a new one
 * the list is made anew: an array that one pushes to takes room for 17 numbers where most need two.
 */
function extend(tally: GroupTally, list: 'gave' | 'alone', fromS: number, lastS: number): void {
  const spans = tally[list];
  if (spans.length > 0 && fromS - spans[spans.length - 1] <= JOIN_S) {
    spans[spans.length - 1] = lastS + 1;
    return;
  }
  tally[list] = [...spans, fromS, lastS + 1];
  if (tally[list].length <= 2 * MAX_SPANS) return;
  tally[list] = withoutClosestGap(tally[list]);
  tally.isCoarse = true;
}

function withoutClosestGap(spans: Spans): Spans {
  let closest = 1;
  for (let end = 1; end < spans.length - 1; end += 2) {
    if (spans[end + 1] - spans[end] < spans[closest + 1] - spans[closest]) closest = end;
  }
  return spans.toSpliced(closest, 2);
}

function sharesOf(groups: readonly (GroupTally | null)[]): Partial<Record<ChannelGroup, GroupShare>> {
  return Object.fromEntries(
    groups.flatMap((tally, group) => {
      if (tally === null) return [];
      const { gave, alone, ...counts } = tally;
      return [[GROUP_NAMES[group], { ...counts, gave: pairs(gave), alone: pairs(alone) }]];
    }),
  );
}

function pairs(spans: Spans): SpanS[] {
  return Array.from({ length: spans.length / 2 }, (_, i): SpanS => [spans[2 * i], spans[2 * i + 1]]);
}
