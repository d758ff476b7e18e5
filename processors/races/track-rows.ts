/**
 * One fix of an athlete and what is known after it, as numbers in a row of a `Float64Array`. The first six are what
 * was measured; everything else follows from the row before, so a fix that comes late is put in its place and the rows
 * after it are computed again.
 */
export const AT_MS = 0;
/** 1e-7 degrees. */
export const LATITUDE = 1;
export const LONGITUDE = 2;
/** Standard deviation of an axis that the receiver states, m. */
export const STATED_M = 3;
/** m/s; below 0 when the receiver says nothing. */
export const SPEED = 4;
/** What measured. A checkpoint keeps these of every row, and all of the first. */
export const MEASURED = 5;

/** Whether the fix was believed; one that is not changes nothing but time. */
export const IS_USED = 5;
/** Position on the course, speed along it, and the slow part of the receiver's error along it: m, m/s, m. */
export const S = 6;
export const V = 7;
export const B = 8;
/** Their covariance. */
export const SS = 9;
export const SV = 10;
export const SB = 11;
export const VV = 12;
export const VB = 13;
export const BB = 14;
/** Variance that was added to the prediction beyond the model: of the position, of the speed. */
export const EXTRA_S = 15;
export const EXTRA_V = 16;
/** Standard deviation of the slow error when it was predicted, m, and the share of the one before that was left. */
export const SLOW_M = 17;
export const SLOW_LEFT = 18;
/** Means over the last minutes: squared distance from the course, … */
export const OFF2 = 19;
/** … squared difference of it to the one before, … */
export const STEP2 = 20;
/** … squared deviation that the receiver stated; and over how many fixes. */
export const STATED2 = 21;
export const LEARNED = 22;
export const LAST_OFF = 23;
/** Direction of travel of the course where the last believed fix was. */
export const EASTWARD = 24;
export const NORTHWARD = 25;
/** When and where the last believed fix was. */
export const USED_MS = 26;
export const USED_S = 27;
/** Fixes in a row that were not believed. */
export const REJECTED = 28;
/** How long the athlete is away from the course, or, while off course, on it again, s. */
export const AWAY_S = 29;
export const IS_OFF = 30;
/** The way from the believed row before to this one is not known: off course, or faster than anybody is. */
export const IS_BROKEN = 31;
/** Variance of the slow error that came in since the row before, m². */
export const SLOW_NEW2 = 32;
export const CELLS = 33;

/** Fixes that can still change: twenty seconds at one a second, twice what a crossing waits for. */
export const WINDOW_FIXES = 20;
