import type { ActivityRecord } from '../../../schemas/activity.ts';
import { liveKey, shownOf } from './reference.ts';

/** What one subscriber was shown, in order. */
export interface Shown {
  readonly atMs: number;
  readonly epoch: number;
  /** {@link liveKey} of it, and all of it but the revision; both 'null' when nothing goes on. */
  readonly key: string;
  readonly words: string;
  /** Device time of the newest second that is in it, ms; 0 without an activity. */
  readonly newestMs: number;
}

export interface Subscriber {
  readonly athlete: string;
  readonly shown: readonly Shown[];
  /** When a second of device time was shown first, on the monotonic clock; null while it was not. */
  shownAtMs(deviceMs: number): number | null;
  /** When it was shown first, from a moment on, that nothing goes on; null while it was not. */
  nothingShownAtMs(fromMs: number): number | null;
  /** The last that was shown; null before the first and while nobody answers. */
  now(): Shown | null;
  close(): void;
}

interface Message {
  readonly type: 'activity' | 'away';
  readonly activity: ActivityRecord | null;
  readonly epoch: number;
}

/** Watches the athlete's live activity at the API and keeps everything that it is shown. Throws when it cannot. */
export async function subscribe(apiUrl: string, athlete: string): Promise<Subscriber> {
  const socket = new WebSocket(`${apiUrl.replace('http', 'ws')}/v1/live/activities`);
  socket.binaryType = 'arraybuffer';
  await new Promise<void>((resolve, reject) => {
    socket.onopen = () => resolve();
    socket.onerror = () => reject(new Error(`${apiUrl} cannot be watched`));
  });
  const shown: Shown[] = [];
  /** Of those that reached further than all before. */
  const reached: Shown[] = [];
  let isAway = true;
  socket.onmessage = ({ data }) => {
    const { type, activity, epoch } = JSON.parse(Buffer.from(data as ArrayBuffer).toString()) as Message;
    isAway = type === 'away';
    if (isAway) return;
    const one = {
      ...{ atMs: performance.now(), epoch, words: shownOf(activity) },
      key: activity === null ? 'null' : liveKey(activity),
      newestMs: activity === null ? 0 : activity.startMs + (activity.metrics?.elapsed_s.value ?? 0) * 1_000,
    };
    shown.push(one);
    if (one.newestMs > (reached.at(-1)?.newestMs ?? 0)) reached.push(one);
  };
  socket.send(JSON.stringify({ athlete }));
  return {
    athlete,
    shown,
    shownAtMs(deviceMs) {
      if ((reached.at(-1)?.newestMs ?? 0) < deviceMs) return null;
      return reached[reached.findLastIndex(({ newestMs }) => newestMs < deviceMs) + 1].atMs;
    },
    nothingShownAtMs: (fromMs) => shown.find(({ atMs, key }) => key === 'null' && atMs >= fromMs)?.atMs ?? null,
    now: () => (isAway ? null : (shown.at(-1) ?? null)),
    close: () => socket.close(),
  };
}
