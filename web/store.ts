import { signal } from '@preact/signals';
import type { ActivityRecord } from '../schemas/activity.ts';
import {
  type ActivityPage,
  createRead,
  type ListedActivity,
  type LiveMessage,
  RefusedError,
  type Streams,
} from './answers.ts';
import { type LinkSocket, type LinkState, startLiveLink } from './live-link.ts';
import { append, CHANNELS, EMPTY, type Series } from './series.ts';

/** Everything that the page shows. */
export const link = signal<LinkState>({ kind: 'connecting' });
export const isAway = signal(false);
export const activity = signal<ActivityRecord | null>(null);
export const recent = signal<readonly ListedActivity[]>([]);
export const series = signal<Series>(EMPTY);
export const trouble = signal('');
export const nowMs = signal(Date.now());
/** True once it is known whether there is anything to show. */
export const isLooked = signal(false);

const LOOK_EVERY_MS = 1_000;
const MAX_LOOKS = 30;
const STREAMS_EVERY_MS = 2_000;
/** The newest seconds may still change while late samples come. */
const OVERLAP_MS = 10_000;

/** Shows the athlete's live activity, or the newest one that ended, until the page is closed. */
export function watchActivities(token: string, athlete: string): void {
  const read = createRead(token, athlete);
  let chosen = '';
  let seriesOf = '';
  let isReading = false;

  async function attempt(act: () => Promise<void>): Promise<void> {
    try {
      await act();
      trouble.value = '';
    } catch (error) {
      trouble.value = error instanceof Error ? error.message : String(error);
      if (error instanceof RefusedError) return;
    }
  }

  const look = () =>
    attempt(async () => {
      recent.value = (await read<ActivityPage>('/v1/activities?limit=10')).activities;
      const shown = recent.value.find(({ id }) => id === chosen) ?? recent.value[0];
      if (
        shown !== undefined &&
        (activity.value === null || activity.value.id !== shown.id || shown.status !== activity.value.status)
      ) {
        activity.value = await read<ActivityRecord>(`/v1/activities/${shown.id}`);
      }
      isLooked.value = true;
    });

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
    if (going === null) return void lookUntilEnded(MAX_LOOKS);
    isLooked.value = true;
    const isOther = chosen !== '' && chosen !== going.id;
    const isFirst = activity.value?.id !== going.id;
    if (!isOther) activity.value = going;
    if (isFirst) void look();
    void readStreams();
  }

  choose = (id) => {
    chosen = id;
    void look().then(readStreams);
  };
  startLiveLink({
    open: openSocket,
    greeting: JSON.stringify({ ...(token !== '' && { token }), ...(athlete !== '' && { athlete }) }),
    setTimer: (run, delayMs) => void setTimeout(run, delayMs),
    random: Math.random,
    onState: (state) => {
      link.value = state;
    },
    onMessage: hear,
  });
  setInterval(() => void readStreams(), STREAMS_EVERY_MS);
  setInterval(() => {
    nowMs.value = Date.now();
  }, 1_000);
  void look().then(readStreams);
}

function openSocket(): LinkSocket {
  const socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/v1/live/activities`);
  socket.binaryType = 'arraybuffer';
  const own: LinkSocket = {
    send: (text) => socket.send(text),
    close: () => socket.close(),
    onopen: null,
    onmessage: null,
    onclose: null,
  };
  socket.onopen = () => own.onopen?.();
  socket.onmessage = (event) => own.onmessage?.(event);
  socket.onclose = (event) => own.onclose?.(event);
  return own;
}

/** Shows another one of the recent activities. */
export let choose: (id: string) => void = () => undefined;
