import type { Clock, Timer } from '../../runtime/clock.ts';

/** Views of one athlete; views of many, which are lists and parts of the map. */
export type Lane = 'one' | 'many';
const LANES: readonly Lane[] = ['one', 'many'];

/** How many messages of each kind somebody is sent. */
export type Sent = Readonly<Record<Lane, number>>;

export interface Telling<T> {
  /** Makes what is to be told of the newest. Athletes without lists are sent at once, anything else waits. */
  begin(newest: T, lanes: ReadonlySet<Lane>): Sent;
  /** Sends some of what waits, until about then. True when nothing is left. */
  sendUntil(untilMs: number): boolean;
}

/** What is followed may take a third of the time, lists an eighth, so that many watchers leave room for all else … */
const TIMES_TAKEN: Readonly<Record<Lane, number>> = { one: 3, many: 8 };
/** … but lists are told a little more than twice a second, as long as that leaves any room; to few, oftener. */
const MOST_PERIOD_MS = 450;
const LEAST_TIMES_TAKEN = 1.25;
const LEAST_PERIOD_MS = 100;
/** Athletes alone wait no longer than this for one dear turn … */
const MOST_ALONE_MS = 120;
/** … but go with the lists, in one write, when they took more than their share of the last seconds, until less. */
const COST_MEMORY_MS = 2_000;
const FIRST_MEMORY_MS = 200;
const BACK_ALONE_AT = 0.5;
/** Lists to many go out in slices of a few milliseconds or a twentieth, between which all else has its turn … */
const SLICE_MS = 8;
const MOST_SLICES = 20;
/** … with as much rest as work, unless all would then take longer than this. */
const SPREAD_MS = 300;

interface Schedule {
  isPending: boolean;
  dueMs: number;
}

/** Lists on their way. */
interface Sending {
  readonly fromMs: number;
  readonly lanes: readonly Lane[];
  readonly sent: Sent;
  tookMs: number;
  dueMs: number;
}

/**
 * Tells the newest of the boards that it is given. What somebody follows goes out at once while that is cheap, lists as
 * often as it costs; both together where many watch. Each is spaced by what its messages cost the last time, from when
 * it was due and not from when it came about, so that no period grows by the work in it.
 */
export function createTellingPace<T>(clock: Clock, telling: Telling<T>) {
  const schedules: Record<Lane, Schedule> = {
    one: { isPending: false, dueMs: Number.NEGATIVE_INFINITY },
    many: { isPending: false, dueMs: Number.NEGATIVE_INFINITY },
  };
  const { one, many } = schedules;
  const oneCost = createCostMemory();
  let goesWithLists = false;
  let newest: T | null = null;
  let timer: Timer | null = null;
  let sending: Sending | null = null;
  let listsTookMs = 0;

  function look(): void {
    timer?.cancel();
    timer = null;
    const nowMs = clock.monotonicMs();
    if (sending !== null && sending.dueMs <= nowMs) slice(sending);
    const due = LANES.filter((lane) => isWanted(lane) && schedules[lane].dueMs <= clock.monotonicMs());
    if (due.length > 0) turn(due, clock.monotonicMs());
    const left = LANES.filter(isWanted).map((lane) => schedules[lane].dueMs);
    if (sending !== null) left.push(sending.dueMs);
    if (left.length > 0) timer = clock.setTimer(look, Math.max(0, Math.min(...left) - clock.monotonicMs()));
  }

  /** While lists are on their way no other ones are, nor athletes who go with them: each view keeps its order. */
  function isWanted(lane: Lane): boolean {
    return schedules[lane].isPending && sending?.lanes.includes(lane) !== true;
  }

  function turn(due: readonly Lane[], fromMs: number): void {
    for (const lane of due) schedules[lane].isPending = false;
    const sent = telling.begin(newest!, new Set(due));
    const tookMs = clock.monotonicMs() - fromMs;
    if (!due.includes('many')) return spaceOne(fromMs, tookMs, tookMs);
    sending = { fromMs, lanes: due, sent, tookMs, dueMs: fromMs };
    slice(sending);
  }

  function slice(some: Sending): void {
    const fromMs = clock.monotonicMs();
    const isDone = telling.sendUntil(fromMs + Math.max(SLICE_MS, listsTookMs / MOST_SLICES));
    const untilMs = clock.monotonicMs();
    some.tookMs += untilMs - fromMs;
    const restTimes = Math.min(1, Math.max(0, SPREAD_MS / Math.max(1, listsTookMs) - 1));
    some.dueMs = untilMs + (untilMs - fromMs) * restTimes;
    if (isDone) finish(some);
  }

  function finish({ fromMs, lanes, sent, tookMs }: Sending): void {
    sending = null;
    listsTookMs = tookMs;
    const ofOne = lanes.includes('one') ? (tookMs * sent.one) / Math.max(1, sent.one + sent.many) : 0;
    const wantedMs = TIMES_TAKEN.many * (tookMs - ofOne);
    const periodMs = Math.max(LEAST_TIMES_TAKEN * tookMs, LEAST_PERIOD_MS, Math.min(MOST_PERIOD_MS, wantedMs));
    // Whoever is late by less than a period keeps to it.
    many.dueMs = (fromMs - many.dueMs < periodMs ? many.dueMs : fromMs) + periodMs;
    if (lanes.includes('one')) spaceOne(fromMs, tookMs, ofOne);
  }

  function spaceOne(fromMs: number, tookMs: number, costMs: number): void {
    const share = TIMES_TAKEN.one * oneCost.take(fromMs, costMs);
    goesWithLists = share > (goesWithLists ? BACK_ALONE_AT : 1);
    const restMs = LEAST_TIMES_TAKEN * tookMs;
    one.dueMs = goesWithLists
      ? Math.max(fromMs + restMs, many.dueMs)
      : fromMs + Math.max(restMs, Math.min(MOST_ALONE_MS, TIMES_TAKEN.one * costMs));
  }

  return {
    tell(next: T): void {
      newest = next;
      for (const lane of LANES) schedules[lane].isPending = true;
      look();
    },
    stop(): void {
      timer?.cancel();
    },
  };
}

/** What share of the time something took, over the last seconds: one dear turn alone says little. */
function createCostMemory() {
  let costMs = 0;
  let spanMs = FIRST_MEMORY_MS;
  let lastMs: number | null = null;
  return {
    /** Something that began at `fromMs` took so long. Returns the share. */
    take(fromMs: number, tookMs: number): number {
      const sinceMs = lastMs === null ? 0 : fromMs - lastMs;
      lastMs = fromMs;
      const kept = Math.exp(-sinceMs / COST_MEMORY_MS);
      costMs = costMs * kept + tookMs;
      spanMs = spanMs * kept + sinceMs;
      return costMs / spanMs;
    },
  };
}
