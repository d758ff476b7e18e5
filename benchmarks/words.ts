import type { Figure } from './figure.ts';

/** Numbers as people read them: whole ones with separators, small ones with three significant digits. */
export function count(value: number): string {
  if (Math.abs(value) >= 1_000) return Math.round(value).toLocaleString('en-US');
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(3)));
}

/** `102 (98 – 105 in 3 rounds)`. */
export function inRange({ value, min, max, rounds }: Figure): string {
  return rounds.length === 1
    ? count(value)
    : `${count(value)} (${count(min)} – ${count(max)} in ${rounds.length} rounds)`;
}
