import { batch, computed, effect, signal } from '@preact/signals';
import type { RoadGroup } from '../../schemas/board.ts';
import { createCourseLine } from '../../schemas/course-line.ts';
import { type LinkState, openSocket, startLiveLink } from '../live-link.ts';
import { keep, kept } from './keep.ts';
import { say } from './language.ts';
import { type AreaMessage, isOfArea, LiveArea, NOBODY, type OnMap } from './live-area.ts';
import { type BoardMessage, LiveBoard } from './live-board.ts';
import type { ShownRow } from './race-answers.ts';
import {
  AnswerError,
  type AthleteAnswer,
  aheadMs,
  askRaces,
  type BoardPage,
  type ListedRace,
  type RaceAnswer,
} from './race-answers.ts';
import { at } from './race-place.ts';
import { isReplay, replayed } from './replay-state.ts';

/** Everything that the race page shows. */
export const races = signal<readonly ListedRace[] | null>(null);
export const race = signal<RaceAnswer | null>(null);
export const isMissing = signal(false);
export const link = signal<LinkState>({ kind: 'connecting' });
export const isOnline = signal(true);
/** The first so many and those who are followed, told as it happens. */
export const live = signal<Live | null>(null);
/** What matches the search and the filters, or more than is told live: asked for again and again. */
export const asked = signal<BoardPage | null>(null);
export const groups = signal<readonly RoadGroup[]>([]);
/** By the server's clock. */
export const nowMs = signal(Date.now());
export const howMany = signal(50);
export const followed = signal<readonly string[]>([]);
/** Whose gaps are shown, '' for the leader's. */
export const pinned = signal('');
/** Gaps are to the one ahead, unless somebody is pinned. */
export const isGapAhead = signal(false);
/** Behind the pinned one, ms. */
export const pinnedGaps = signal<ReadonlyMap<string, number | null>>(new Map());

/** The part of the map that is shown; null while there is no map. */
export const mapArea = signal<MapArea | null>(null);
/** Who is on it, of whom the board need not tell. */
export const onMap = signal<OnMap>(NOBODY);

/** Of somebody who is followed, to be read out. */
export const news = signal('');
/** The athlete whose panel is open, as they were told of last. */
export const opened = signal<AthleteAnswer | null>(null);
/** Nobody has the bib whose panel is open. */
export const isNobody = signal(false);

export interface Live {
  readonly top: readonly ShownRow[];
  readonly followed: readonly ShownRow[];
  readonly dataMs: number | null;
}

/** Degrees; its east may lie beyond 180. */
export type MapArea = Readonly<Record<'south' | 'west' | 'north' | 'east', number>>;

export const MAX_FOLLOWED = 10;
/** The server tells no more rows as they change. */
const MAX_TOP = 200;
const MAX_ASKED = 1_000;
const ROWS_MORE = 50;
const RACE_EVERY_MS = 15_000;
const ASKED_EVERY_MS = 3_000;
const OPENED_EVERY_MS = 2_000;
const TYPED_FOR_MS = 250;
/** A live race is told of every two seconds at least. */
const QUIET_MS = 15_000;
const NOT_FOUND = 404;

/** Of the board's address: what is asked for beside the order. Empty without a search or a filter. */
export const wanted = computed(() => {
  const { search, wave, sex, category, club } = at.value;
  const given = Object.entries({ q: search, wave, sex, category, club }).filter(([, value]) => value !== '');
  return new URLSearchParams(given).toString();
});
export const isChosen = computed(() => wanted.value !== '');
export const isAsked = computed(() => isChosen.value || howMany.value > MAX_TOP);
/** The rows of the board as they are to be shown; null before they are known. */
export const rows = computed(() => {
  if (replayed.value !== null) return replayed.value.rows.slice(0, howMany.value);
  return isAsked.value ? (asked.value?.rows ?? null) : (live.value?.top ?? null);
});
export const total = computed(() => {
  if (replayed.value !== null) return replayed.value.total;
  return (isAsked.value ? asked.value?.total : race.value?.starters) ?? 0;
});
/** Those who are followed, wherever they are on the board. */
export const followedRows = computed(() => {
  const then = replayed.value;
  if (then === null) return live.value?.followed ?? [];
  return followed.value.flatMap((bib) => then.own.get(bib) ?? []);
});
/** The athlete whose panel is open, with no more than was known at the moment that is shown. */
export const openedShown = computed(() => {
  const [then, now] = [replayed.value, opened.value];
  if (then === null || now === null) return now;
  const isPast = ({ timeMs }: { timeMs: number }) => timeMs <= then.atMs;
  const row = then.own.get(now.row.bib);
  if (row === undefined) return null;
  const [crossings, passed] = [now.crossings.filter(isPast), now.passed.filter(isPast)];
  return { row, crossings, passed, heart: now.heart?.filter(isPast) ?? null };
});
/** Groups on the road, at the moment that is shown. */
export const shownGroups = computed(() => replayed.value?.groups ?? groups.value);
export const hasMore = computed(() => (rows.value?.length ?? 0) < Math.min(total.value, MAX_ASKED));

/** Everybody of whom something is shown, once each: the dots of map and profile. */
export const known = computed(() => {
  const then = replayed.value;
  if (then !== null) return [...new Map([...then.rows, ...then.own.values()].map((row) => [row.bib, row])).values()];
  const own = opened.value === null ? [] : [opened.value.row];
  const all = [...(live.value?.top ?? []), ...(asked.value?.rows ?? []), ...(live.value?.followed ?? []), ...own];
  return [...new Map(all.map((row) => [row.bib, row])).values()];
});
/** The course as everything on it is measured; null without one. */
export const line = computed(() => {
  const course = race.value?.course;
  return course ? createCourseLine(course) : null;
});

/** There are more than are ever shown at once. */
export const isCut = computed(() => !hasMore.value && (rows.value?.length ?? 0) < total.value && isAsked.value);

export function showMore(): void {
  howMany.value = Math.min(MAX_ASKED, howMany.value + (howMany.value < MAX_TOP ? ROWS_MORE : MAX_TOP));
}

export function toggleFollowed(bib: string): void {
  const others = followed.value.filter((one) => one !== bib);
  const isNew = others.length === followed.value.length;
  if (isNew && others.length >= MAX_FOLLOWED) return;
  followed.value = isNew ? [...others, bib] : others;
  keep(`followed-${at.value.race}`, followed.value);
}

export function togglePinned(bib: string): void {
  pinned.value = pinned.value === bib ? '' : bib;
}

/** Runs again and again, the first time now, one at a time and not in a page that nobody sees. Returns what ends it. */
function repeat(everyMs: number, run: () => Promise<void>): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isOver = false;
  const turn = async () => {
    if (!document.hidden) await run().catch(noteTrouble);
    if (!isOver) timer = setTimeout(turn, everyMs);
  };
  void turn();
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}

/** The next turn may bring it: that the connection is lost is said by the link. */
function noteTrouble(error: unknown): void {
  if (!(error instanceof AnswerError || error instanceof TypeError)) throw error;
}

/** Follows the list of races, or the race whose place one is at, until the page is closed. */
export function watchRaces(): void {
  const chosen = computed(() => at.value.race);
  effect(() => {
    const id = chosen.value;
    batch(() => {
      race.value = null;
      isMissing.value = false;
      live.value = null;
      asked.value = null;
      groups.value = [];
      howMany.value = 50;
      pinned.value = '';
      isGapAhead.value = false;
      news.value = '';
      onMap.value = NOBODY;
      const before = kept(`followed-${id}`);
      followed.value = Array.isArray(before) ? before.filter(isBib).slice(0, MAX_FOLLOWED) : [];
    });
    if (id !== '') return watchRace(id);
    return repeat(RACE_EVERY_MS, async () => {
      races.value = (await askRaces<{ races: ListedRace[] }>('')).races;
    });
  });
  setInterval(() => {
    nowMs.value = Date.now() - aheadMs;
  }, 1_000);
  const noteNetwork = () => {
    isOnline.value = navigator.onLine;
  };
  noteNetwork();
  addEventListener('online', noteNetwork);
  addEventListener('offline', noteNetwork);
}

const isBib = (value: unknown): value is string => typeof value === 'string' && /^[A-Za-z0-9-]{1,16}$/.test(value);

function watchRace(id: string): () => void {
  const ends = [watchLive(id), watchRaceItself(id), watchAsked(id), watchGaps(id), watchOpened(id)];
  return () => {
    for (const end of ends) end();
  };
}

function watchRaceItself(id: string): () => void {
  return repeat(RACE_EVERY_MS, async () => {
    try {
      const [answer, page] = await Promise.all([
        askRaces<RaceAnswer>(`/${id}`),
        // Groups are of all who run; changes of rows do not bring them.
        askRaces<BoardPage>(`/${id}/board?limit=1`).catch(() => null),
      ]);
      if (at.peek().race !== id) return;
      isMissing.value = false;
      if (race.peek()?.version !== answer.version) race.value = answer;
      if (page !== null) groups.value = page.groups;
    } catch (error) {
      if (!(error instanceof AnswerError && error.status === NOT_FOUND)) throw error;
      isMissing.value = true;
    }
  });
}

function watchLive(id: string): () => void {
  const board = new LiveBoard();
  const top = computed(() => Math.min(MAX_TOP, howMany.value));
  const choice = computed(() => ({ top: top.value, bibs: followed.value }));
  const area = new LiveArea();
  const greeting = () => JSON.stringify({ ...choice.peek(), area: mapArea.peek() });
  let isDrawing = false;

  /** However many messages came since: once for each picture. */
  function draw(): void {
    if (isDrawing) return;
    isDrawing = true;
    requestAnimationFrame(() => {
      isDrawing = false;
      const first = board.rows(`top:${top.peek()}`) ?? live.peek()?.top;
      if (first === undefined || at.peek().race !== id) return;
      const others = followed.peek().flatMap((bib) => board.rows(`bib:${bib}`) ?? []);
      tellNews(live.peek()?.followed ?? [], others);
      batch(() => {
        live.value = { top: first, followed: others, dataMs: board.dataMs };
        onMap.value = mapArea.peek() === null ? NOBODY : area.shown;
      });
    });
  }

  let heardMs = Date.now();
  const own = startLiveLink<BoardMessage | AreaMessage>({
    open: () => openSocket(`/v1/live/races/${id}?encoding=deflate`),
    greeting,
    setTimer: (run, delayMs) => void setTimeout(run, delayMs),
    random: Math.random,
    onState: (state) => {
      link.value = state;
    },
    onMessage(message) {
      heardMs = Date.now();
      if (!(isOfArea(message) ? area.take(message) : board.take(message))) own.say(greeting());
      draw();
    },
  });
  const unfollow = effect(() => {
    void choice.value;
    own.say(greeting());
    board.keepOnly(new Set([`top:${top.value}`, ...followed.value.map((bib) => `bib:${bib}`)]));
    draw();
  });
  // The map moves alone: what is told of the board is not told again.
  const unmove = effect(() => own.say(JSON.stringify({ area: mapArea.value })));
  // A phone that changed its network may hold a connection that is dead and does not know it.
  const listening = setInterval(() => {
    if (document.hidden || race.peek()?.state !== 'live' || Date.now() - heardMs < QUIET_MS) return;
    heardMs = Date.now();
    own.reconnect();
  }, 1_000);
  return () => {
    clearInterval(listening);
    unfollow();
    unmove();
    own.stop();
  };
}

/** What somebody who is followed did since, in words. */
function tellNews(before: readonly ShownRow[], now: readonly ShownRow[]): void {
  const said = now.flatMap(({ bib, who, rank, lastCrossing }) => {
    const was = before.find((row) => row.bib === bib);
    if (was === undefined || lastCrossing === null) return [];
    const { checkpoint, pass } = lastCrossing;
    if (was.lastCrossing?.checkpoint === checkpoint && was.lastCrossing.pass === pass) return [];
    return say('passed', { name: who?.name ?? bib, checkpoint: checkpointName(checkpoint), rank: rank ?? '–' });
  });
  if (said.length > 0 && !isReplay.peek()) news.value = said.join('. ');
}

export function checkpointName(id: string): string {
  return race.peek()?.checkpoints.find((one) => one.id === id)?.name ?? id;
}

/** The athlete whose panel is open. */
function watchOpened(id: string): () => void {
  const bib = computed(() => at.value.athlete);
  return effect(() => {
    const shown = bib.value;
    opened.value = null;
    isNobody.value = shown !== '' && !isBib(shown);
    if (!isBib(shown)) return;
    return repeat(OPENED_EVERY_MS, async () => {
      try {
        const answer = await askRaces<AthleteAnswer>(`/${id}/athletes/${shown}`);
        if (bib.peek() === shown && at.peek().race === id) opened.value = answer;
      } catch (error) {
        if (!(error instanceof AnswerError && error.status === NOT_FOUND)) throw error;
        isNobody.value = true;
      }
    });
  });
}

/** What matches the search and the filters. */
function watchAsked(id: string): () => void {
  return effect(() => {
    const query = wanted.value;
    if (!isAsked.value) {
      asked.value = null;
      return;
    }
    const limit = howMany.value;
    let end: () => void = () => undefined;
    const typed = setTimeout(() => {
      end = repeat(ASKED_EVERY_MS, async () => {
        const page = await askRaces<BoardPage>(`/${id}/board?limit=${limit}${query === '' ? '' : `&${query}`}`);
        if (wanted.peek() === query && at.peek().race === id) asked.value = page;
      });
    }, TYPED_FOR_MS);
    return () => {
      clearTimeout(typed);
      end();
    };
  });
}

function watchGaps(id: string): () => void {
  return effect(() => {
    const bib = pinned.value;
    pinnedGaps.value = new Map();
    if (bib === '') return;
    return repeat(ASKED_EVERY_MS, async () => {
      const { gaps } = await askRaces<{ gaps: { bib: string; gapMs: number | null }[] }>(`/${id}/gaps?to=${bib}`);
      if (pinned.peek() === bib) pinnedGaps.value = new Map(gaps.map(({ bib, gapMs }) => [bib, gapMs]));
    });
  });
}
