import type { Clock, Timer } from '../../runtime/clock.ts';
import type { Races } from '../../runtime/races.ts';
import { CLOSE_CODE, type Socket, type SocketServerOptions } from '../../runtime/sockets/socket-server.ts';
import { parseJson } from '../../schemas/parse-json.ts';
import { isPublic } from './known-race.ts';
import { isAreaKey, type MapArea, readMapArea } from './map-area.ts';
import { packedMessage } from './packed-message.ts';
import type { OneWatch, RaceView, RaceWatching, ViewChange } from './race-watching.ts';
import { type ViewKey, viewKeys } from './shared-views.ts';

export const LIVE_RACES_PATH = '/v1/live/races/:id';

export interface RaceSocketDeps {
  readonly races: Pick<Races, 'get' | 'isReady'>;
  readonly watching: RaceWatching;
  readonly clock: Clock;
  readonly maxWatchers: number;
}

/** The connection is new until it says what it wants to see, or for a moment; then it watches until it ends. */
interface Watching {
  readonly race: string;
  /** It asked for `?encoding=deflate`. */
  readonly isPacked: boolean;
  views: readonly RaceView[];
  timer: Timer | null;
  watch: OneWatch | null;
  /** It still has messages before in our memory. */
  isBehind: boolean;
  /** Views of which something was left out meanwhile: they are sent whole once it has read what waits. */
  readonly missed: Set<RaceView>;
}

const MAX_MESSAGE_BYTES = 2_048;
/** A message may wait; a reader that has more before it gets the newest state later. */
const MAX_BACKPRESSURE_BYTES = 256 * 1024;
const CHOICE_WITHIN_MS = 500;
const IDLE_TIMEOUT_MS = 60_000;
export const DEFAULT_TOP = 50;

/**
 * The live board of a race over WebSocket, for anybody: `/v1/live/races/{id}`. A client may say what it wants to see,
 * `{"top": 1–200, "bibs": [up to ten], "area": {"south": …, "west": …, "north": …, "east": …}}`, at any time; without
 * a word it sees the first fifty. `area` is the part of the map that it shows, in degrees: it is told where those are
 * who run there, two hundred at most. `{"area": …}` alone, or null, moves the map and leaves the rest. For each view it
 * is sent a `snapshot`, then a `delta` under the next number whenever it changed. Whoever reads more slowly than the
 * board changes misses what is between and is sent the newest snapshot; whoever misses a number says again what it
 * wants to see. Every message says when the board was made (`atMs`) and how new what it knows is (`dataMs`). Messages
 * are UTF-8 JSON in binary frames; with `?encoding=deflate` longer ones are packed (`packed-message.ts`).
 */
export function raceSocket({ races, watching, clock, maxWatchers }: RaceSocketDeps): SocketServerOptions<Watching> {
  function send(socket: Socket<Watching>, view: RaceView, message: Uint8Array | null): void {
    const { data } = socket;
    if (message === null) return;
    const result = data.isBehind ? 'dropped' : socket.send(data.isPacked ? packedMessage(message) : message);
    if (result !== 'sent') data.isBehind = true;
    if (result === 'dropped') data.missed.add(view);
  }

  /** In one write: which of several came through when there was no room for all, nobody knows. */
  function sendChanges(socket: Socket<Watching>, changes: readonly ViewChange[]): void {
    const { data } = socket;
    const messages = changes.map(({ message }) => (data.isPacked ? packedMessage(message) : message));
    const result = data.isBehind ? 'dropped' : socket.sendAll(messages);
    if (result !== 'sent') data.isBehind = true;
    if (result === 'dropped') for (const { view } of changes) data.missed.add(view);
  }

  function sendWhole(socket: Socket<Watching>, views: Iterable<RaceView>): void {
    for (const view of views) send(socket, view, watching.snapshot(socket.data.race, view));
  }

  /** Sees `views` from now on; those that are `fresh` are sent whole. */
  function see(socket: Socket<Watching>, views: readonly RaceView[], fresh: readonly RaceView[]): void {
    const { data } = socket;
    data.timer?.cancel();
    const before = data.watch;
    data.views = views;
    data.watch = watching.watch(data.race, views, {
      tell: (changes) => sendChanges(socket, changes),
      tellWhole: () => sendWhole(socket, data.views),
    });
    before?.stop();
    for (const view of data.missed) if (!views.includes(view) || fresh.includes(view)) data.missed.delete(view);
    sendWhole(socket, fresh);
  }

  function choose(socket: Socket<Watching>, { views, area }: Choice): void {
    const { data } = socket;
    const own = area === null ? [] : [watching.areaOf(data.race, area)];
    // Who moves the map has the rest already; who says everything again may have missed something.
    if (views !== null) return see(socket, [...views, ...own], [...views, ...own]);
    const others = data.views.length === 0 ? viewKeys(DEFAULT_TOP, []) : data.views.filter((view) => !isAreaKey(view));
    see(socket, [...others, ...own], data.views.length === 0 ? [...others, ...own] : own);
  }

  return {
    path: LIVE_RACES_PATH,
    createData: ({ word, query }) => ({
      ...{ race: word, isPacked: new URLSearchParams(query).get('encoding') === 'deflate' },
      ...{ views: [], timer: null, watch: null, isBehind: false, missed: new Set() },
    }),
    handlers: {
      open(socket) {
        const race = races.get(socket.data.race);
        if (!races.isReady) return socket.close(CLOSE_CODE.tryAgainLater, 'store_unavailable');
        if (!isPublic(race)) return socket.close(CLOSE_CODE.policyViolation, 'unknown_race');
        socket.data.timer = clock.setTimer(
          () => choose(socket, { views: viewKeys(DEFAULT_TOP, []), area: null }),
          CHOICE_WITHIN_MS,
        );
      },
      message(socket, bytes) {
        const choice = readChoice(bytes);
        if (choice === null) return socket.close(CLOSE_CODE.policyViolation, 'invalid_request');
        if (isPublic(races.get(socket.data.race))) choose(socket, choice);
      },
      drain(socket) {
        const { missed } = socket.data;
        const views = [...missed];
        socket.data.isBehind = false;
        missed.clear();
        socket.data.watch?.flush();
        sendWhole(socket, views);
      },
      close({ data }) {
        data.timer?.cancel();
        data.watch?.stop();
      },
    },
    maxMessageBytes: MAX_MESSAGE_BYTES,
    maxBackpressureBytes: MAX_BACKPRESSURE_BYTES,
    whenSlow: 'drop',
    maxConnections: maxWatchers,
    idleTimeoutMs: IDLE_TIMEOUT_MS,
  };
}

const MAX_TOP = 200;
const MAX_BIBS = 10;

/** `views` is null when only the map moved. */
interface Choice {
  readonly views: readonly ViewKey[] | null;
  readonly area: MapArea | null;
}

/** Null when it is no choice of views. */
function readChoice(bytes: Uint8Array): Choice | null {
  const said = parseJson(bytes);
  if (typeof said !== 'object' || said === null) return null;
  const { area: saidArea = null } = said as { area?: unknown };
  const area = readMapArea(saidArea);
  if (area === null && saidArea !== null) return null;
  if ('area' in said && !('top' in said) && !('bibs' in said)) return { views: null, area };
  const views = readViews(said);
  return views && { views, area };
}

function readViews({ top = DEFAULT_TOP, bibs = [] }: { top?: unknown; bibs?: unknown }): ViewKey[] | null {
  if (!Number.isInteger(top) || (top as number) < 1 || (top as number) > MAX_TOP) return null;
  if (!Array.isArray(bibs) || bibs.length > MAX_BIBS) return null;
  if (!bibs.every((bib) => typeof bib === 'string' && /^[A-Za-z0-9-]{1,16}$/.test(bib))) return null;
  return viewKeys(top as number, bibs as string[]);
}
