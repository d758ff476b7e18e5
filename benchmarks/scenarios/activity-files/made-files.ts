import { createTestFit, fitSeconds, type TestField } from '../../../files/fit/fit-for-tests.ts';

export const RIDE_START_MS = Date.UTC(2026, 0, 1, 6);

/** The fields that a bike computer with a power meter writes every second. */
const RIDE: readonly TestField[] = [
  [253, 'uint32'],
  [0, 'sint32'],
  [1, 'sint32'],
  [78, 'uint32'],
  [73, 'uint32'],
  [5, 'uint32'],
  [7, 'uint16'],
  [3, 'uint8'],
  [4, 'uint8'],
  [13, 'sint8'],
];

/** A ride of so many seconds with a record a second, laps and a session; as FIT writes 33 bytes a record. */
export function rideOf(seconds: number, startMs = RIDE_START_MS): Uint8Array {
  const fit = createTestFit();
  const startS = fitSeconds(startMs);
  fit.define(0, 0, [[0, 'enum']]);
  fit.data(0, 4);
  fit.define(1, 20, RIDE);
  fit.define(2, 19, [
    [253, 'uint32'],
    [2, 'uint32'],
    [7, 'uint32'],
  ]);
  for (let s = 0; s < seconds; s++) {
    const wave = Math.round(40 * Math.sin(s / 60));
    fit.data(
      1,
      startS + s,
      560_000_000 + s * 70,
      98_000_000 + s * 50,
      4_000 + wave,
      8_000 + wave,
      s * 800,
      220 + wave,
      140,
      85,
      21,
    );
    if (s % 3_600 === 3_599) fit.data(2, startS + s, startS + s - 3_599, 3_600_000);
  }
  fit.define(3, 18, [
    [253, 'uint32'],
    [2, 'uint32'],
    [5, 'enum'],
    [7, 'uint32'],
  ]);
  fit.data(3, startS + seconds, startS, 2, seconds * 1_000);
  return fit.finish();
}
