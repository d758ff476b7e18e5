import { signal } from '@preact/signals';
import type { ActivityRecord } from '../../schemas/activity.ts';
import { followLive } from '../follow-live.ts';
import { session } from '../session.ts';

/** What the athlete is doing; null when nothing is known to go on. */
export const liveNow = signal<ActivityRecord | null>(null);

/** Of whoever is logged in, from the first log-in on. */
export function followLiveNow(): void {
  let isFollowing = false;
  session.subscribe((now) => {
    if (now === null) liveNow.value = null;
    if (now === null || isFollowing) return;
    isFollowing = true;
    followLive({
      ...{ token: '', athlete: '' },
      onState(state) {
        // Who logs in again is followed again.
        if (state.kind === 'refused') isFollowing = false;
      },
      onMessage(message) {
        if (message.type === 'activity') liveNow.value = message.activity;
      },
    });
  });
}
