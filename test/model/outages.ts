import type { Clock } from '../../runtime/clock.ts';
import type { Chaos } from './chaos.ts';

export interface OutagesDeps {
  readonly clock: Clock;
  readonly chaos: Chaos;
  /** NATS is gone: what hangs on its connections is lost. */
  onNatsLost(): void;
  trace(words: string): void;
}

const LOOK_EVERY_MS = 10_000;
const LONGEST_MS = 15_000;

/** Now and then an engine is away for everybody, as when it is killed and comes back with all that it had stored. */
export function createOutages({ clock, chaos, onNatsLost, trace }: OutagesDeps) {
  const { random } = chaos;
  const chance = random.next() ** 2;
  let count = 0;

  const timer = clock.setRepeating(() => {
    if (chaos.isOver || !random.chance(chance)) return;
    const outage = chaos.beginOutage();
    const ms = random.between(100, LONGEST_MS);
    trace(`${outage.engine} is away for ${ms.toFixed(0)} ms`);
    count++;
    if (outage.engine === 'nats') onNatsLost();
    clock.setTimer(() => outage.end(), ms);
  }, LOOK_EVERY_MS);

  return { count: () => count, stop: () => timer.cancel() };
}
