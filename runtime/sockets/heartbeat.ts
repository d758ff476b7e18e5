import { type Clock, systemClock } from '../clock.ts';

/** What the heartbeat needs to know of a connection. */
export interface Beating {
  ping(): void;
  cutOff(limit: 'idle'): void;
  /** While true nothing is read, so silence proves nothing. */
  readonly isPaused: boolean;
}

/**
 * Finds peers that are gone without a word. Four times per timeout one sweep looks at all connections: it pings those
 * that were silent for half of the timeout and cuts off those that were silent for all of it.
 */
export function createHeartbeat<Member extends Beating>(idleTimeoutMs: number, clock: Clock = systemClock) {
  const heardAtMs = new Map<Member, number>();

  function sweep(): void {
    const nowMs = clock.monotonicMs();
    for (const [member, atMs] of heardAtMs) {
      const silentMs = nowMs - atMs;
      if (member.isPaused) heardAtMs.set(member, nowMs);
      else if (silentMs >= idleTimeoutMs) member.cutOff('idle');
      else if (silentMs >= idleTimeoutMs / 2) member.ping();
    }
  }

  const timer = clock.setRepeating(sweep, idleTimeoutMs / 4);
  return {
    add: (member: Member) => void heardAtMs.set(member, clock.monotonicMs()),
    heard: (member: Member) => void heardAtMs.set(member, clock.monotonicMs()),
    delete: (member: Member) => void heardAtMs.delete(member),
    stop: () => timer.cancel(),
  };
}
