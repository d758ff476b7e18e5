import type { SimulatedDevice } from '../../../device-sim/fleet.ts';
import type { Step } from '../../../device-sim/script.ts';
import type { SensorFrame } from '../../../schemas/frame/encode.ts';

/** A good frame, and when it comes over a network without latency. */
export interface Arrival {
  readonly atMs: number;
  readonly frame: SensorFrame;
}

/**
 * What all devices send, in the order in which it arrives: a frame when it is complete, or with the burst at the end of
 * the dead zone that it was made in. Malformed letters are left out, for ingest keeps them out.
 */
export function* arrivalsOf(devices: readonly SimulatedDevice[]): Generator<Arrival> {
  const queue = devices.flatMap((device) => {
    const arrivals = ofDevice(device.script());
    const { value } = arrivals.next();
    return value ? [{ arrivals, next: value }] : [];
  });
  queue.sort((a, b) => a.next.atMs - b.next.atMs);
  while (queue.length > 0) {
    const first = queue.shift()!;
    yield first.next;
    const { value } = first.arrivals.next();
    if (!value) continue;
    first.next = value;
    let low = 0;
    let high = queue.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (queue[middle].next.atMs <= value.atMs) low = middle + 1;
      else high = middle;
    }
    queue.splice(low, 0, first);
  }
}

function* ofDevice(steps: Iterable<Step>): Generator<Arrival, undefined> {
  let held: SensorFrame[] = [];
  let letters = 0;
  let lastMs = 0;
  for (const step of steps) {
    if (step.kind === 'dead-zone') letters = Math.max(letters, step.letters);
    if (step.kind !== 'letter' || step.letter.malformed !== null) continue;
    lastMs = Math.max(lastMs, step.dueMs);
    held.push(step.letter.frame);
    if (--letters > 0) continue;
    letters = 0;
    for (const frame of held) yield { atMs: lastMs, frame };
    held = [];
  }
  for (const frame of held) yield { atMs: lastMs, frame };
}
