import { signal } from '@preact/signals';
import type { ActivityRecord } from '../../schemas/activity.ts';
import type { LiveMessage } from '../answers.ts';
import { followLive } from '../follow-live.ts';
import { session } from '../session.ts';

/** What the athlete is doing; null when nothing is known to go on. */
export const liveNow = signal<ActivityRecord | null>(null);
/** Notifications that were not read yet. */
export const unread = signal(0);
/** Grows whenever the notifications may have changed. */
export const newsChanges = signal(0);

interface NewsMessage {
  readonly unread?: number;
}

/** Of whoever is logged in, from the first log-in on. */
export function followLiveNow(): void {
  follow<LiveMessage>('/v1/live/activities', (message) => {
    if (message.type === 'activity') liveNow.value = message.activity;
  });
  follow<NewsMessage>('/v1/live/notifications', (message) => {
    if (message.unread === undefined) return;
    unread.value = message.unread;
    newsChanges.value++;
  });
  session.subscribe((now) => {
    if (now !== null) return;
    liveNow.value = null;
    unread.value = 0;
  });
}

function follow<Message extends object>(
  path: '/v1/live/activities' | '/v1/live/notifications',
  onMessage: (message: Message) => void,
): void {
  let isFollowing = false;
  session.subscribe((now) => {
    if (now === null || isFollowing) return;
    isFollowing = true;
    followLive<Message>({
      ...{ path, token: '', athlete: '', onMessage },
      onState(state) {
        // Who logs in again is followed again.
        if (state.kind === 'refused') isFollowing = false;
      },
    });
  });
}
