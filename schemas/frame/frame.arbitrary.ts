import fc from 'fast-check';
import { CHANNELS, kindOf } from '../channels.ts';
import type { SensorFrame } from './encode.ts';

const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,15}$/).filter((source) => kindOf(source) === 'samples');
/** Frames that keep every rule, for property tests. */
export const anyFrame: fc.Arbitrary<SensorFrame> = fc.integer({ min: 1, max: 40 }).chain((count) =>
  fc.record(
    {
      device: fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/),
      boot: fc.stringMatching(/^[0-9a-f]{16}$/).filter((boot) => boot !== '0'.repeat(16)),
      seq: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
      source: name,
      sentMs: fc.option(fc.integer({ min: 1, max: 2e12 }), { nil: undefined }),
      timesMs: fc
        .tuple(fc.integer({ min: 1, max: 2e12 }), fc.array(fc.integer({ min: 1, max: 1e6 }), minMax(count - 1)))
        .map(([base, steps]) => {
          let timeMs = base;
          const later = steps.map((step) => {
            timeMs += step;
            return timeMs;
          });
          return [base, ...later];
        }),
      columns: fc
        .uniqueArray(fc.constantFrom(...CHANNELS), { minLength: 1, selector: (channel) => channel.name })
        .chain((channels) =>
          fc.record(
            Object.fromEntries(
              channels.map(({ name, min, max }) => [
                name,
                fc.array(fc.option(fc.integer({ min, max })), minMax(count)),
              ]),
            ),
            { noNullPrototype: true },
          ),
        ),
    },
    { noNullPrototype: true },
  ),
);

function minMax(length: number) {
  return { minLength: length, maxLength: length };
}
