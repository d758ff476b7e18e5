import { effect, signal } from '@preact/signals';
import type { ActivityRecord } from '../schemas/activity.ts';
import {
  type ActivityPage,
  createAsk,
  type ListedActivity,
  type LiveMessage,
  RefusedError,
  type Streams,
} from './answers.ts';
import { followLive } from './follow-live.ts';
import type { LinkState } from './live-link.ts';
import { place } from './place.ts';
import { saveFile } from './save-file.ts';
import { append, CHANNELS, EMPTY, type Series } from './series.ts';

/** Everything that the page shows. */
export const link = signal<LinkState>({ kind: 'connecting' });
export const isAway = signal(false);
export const isOnline = signal(true);
/** The one that is shown. */
export const activity = signal<ActivityRecord | null>(null);
/** The one that goes on, shown or not. */
export const live = signal<ActivityRecord | null>(null);
/** The newest ones, and older ones that were asked for. */
export const recent = signal<readonly ListedActivity[]>([]);
export const hasMore = signal(false);
export const series = signal<Series>(EMPTY);
export const trouble = signal('');
export const nowMs = signal(Date.now());
/** True once it is known whether there is anything to show. */
export const isLooked = signal(false);
/** The one that the address names is not there. */
export const isMissing = signal(false);

const PAGE = 20;
const NOT_FOUND = 404;
const LOOK_EVERY_MS = 1_000;
const MAX_LOOKS = 30;
const STREAMS_EVERY_MS = 2_000;
/** The newest seconds may still change while late samples come. */
const OVERLAP_MS = 10_000;

/** Follows the athlete's activities, and the one whose place one is at, until the page is closed. */
export function watchActivities(token: string, athlete: string): void {
  const ask = createAsk(token, athlete);
  const read = async <Answer>(path: string) => (await (await ask(path)).json()) as Answer;
  let chosen = '';
  let cursor: string | null = null;
  let seriesOf = '';
  let isReading = false;

  async function attempt(act: () => Promise<void>): Promise<void> {
    try {
      await act();
      trouble.value = '';
    } catch (error) {
      trouble.value = error instanceof Error ? error.message : String(error);
    }
  }

  const look = () =>
    attempt(async () => {
      const newest = await read<ActivityPage>(`/v1/activities?limit=${PAGE}`);
      if (recent.value.length <= PAGE) keepCursor(newest);
      const known = new Set(newest.activities.map(({ id }) => id));
      recent.value = [...newest.activities, ...recent.value.slice(PAGE).filter(({ id }) => !known.has(id))];
      await show(chosen || recent.value[0]?.id);
      isLooked.value = true;
    });

  /** Reads the one to show, unless it is shown as it is listed. */
  async function show(id: string | undefined): Promise<void> {
    const shown = activity.value;
    const status = recent.value.find((one) => one.id === id)?.status ?? shown?.status;
    if (id === undefined || (shown?.id === id && shown.status === status)) return;
    try {
      activity.value = await read<ActivityRecord>(`/v1/activities/${id}`);
    } catch (error) {
      if (!(error instanceof RefusedError && error.status === NOT_FOUND)) throw error;
      isMissing.value = true;
    }
  }

  function keepCursor({ nextCursor }: ActivityPage): void {
    cursor = nextCursor;
    hasMore.value = nextCursor !== null;
  }

  /** What ended is read from the store, where it appears within some seconds. */
  async function lookUntilEnded(looks: number): Promise<void> {
    await look();
    if (activity.value?.status !== 'live' || looks === 0) return;
    setTimeout(() => void lookUntilEnded(looks - 1), LOOK_EVERY_MS);
  }

  /** What the charts lack, one question at a time. */
  async function readStreams(): Promise<void> {
    const shown = activity.value;
    if (shown === null || isReading) return;
    if (seriesOf !== shown.id) series.value = EMPTY;
    const haveMs = series.value.startMs.at(-1) ?? 0;
    if (haveMs + 1_000 >= shown.endMs) return;
    isReading = true;
    seriesOf = shown.id;
    const from = haveMs === 0 ? '' : `&from=${Math.max(shown.startMs, haveMs - OVERLAP_MS)}`;
    await attempt(async () => {
      const streams = await read<Streams>(`/v1/activities/${shown.id}/streams?channels=${CHANNELS.join()}${from}`);
      if (activity.value?.id === shown.id) series.value = append(series.value, streams);
    });
    isReading = false;
  }

  function hear(message: LiveMessage): void {
    isAway.value = message.type === 'away';
    if (message.type === 'away') return;
    const { activity: going } = message;
    const isFirst = going !== null && live.value?.id !== going.id;
    live.value = going;
    if (going === null) return void lookUntilEnded(MAX_LOOKS);
    isLooked.value = true;
    const isOther = chosen !== '' && chosen !== going.id;
    if (!isOther) activity.value = going;
    if (isFirst) void look();
    void readStreams();
  }

  showMore = () =>
    void attempt(async () => {
      const older = await read<ActivityPage>(`/v1/activities?limit=${PAGE}&cursor=${cursor}`);
      keepCursor(older);
      recent.value = [...recent.value, ...older.activities];
    });
  download = async (id, format) => {
    const answer = await ask(`/v1/activities/${id}/export?format=${format}`);
    const [, name] = /filename="([^"]+)"/.exec(answer.headers.get('content-disposition') ?? '') ?? [];
    saveFile(await answer.blob(), name ?? `activity.${format}`);
  };
  effect(() => {
    if (place.value.kind !== 'activity') return;
    chosen = place.value.id;
    isMissing.value = false;
    const isShown = activity.peek()?.id === (chosen || (live.peek()?.id ?? recent.peek()[0]?.id));
    if (!isShown) activity.value = null;
    void look().then(readStreams);
  });
  followLive<LiveMessage>({
    ...{ path: '/v1/live/activities', token, athlete, onMessage: hear },
    onState(state) {
      link.value = state;
    },
  });
  setInterval(() => void readStreams(), STREAMS_EVERY_MS);
  setInterval(() => {
    nowMs.value = Date.now();
  }, 1_000);
  const noteNetwork = () => {
    isOnline.value = navigator.onLine;
  };
  noteNetwork();
  addEventListener('online', noteNetwork);
  addEventListener('offline', noteNetwork);
}

export let showMore: () => void = () => undefined;
/** Throws Error with what the API said. */
export let download: (id: string, format: string) => Promise<void> = async () => undefined;
