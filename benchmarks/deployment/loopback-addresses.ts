/**
 * So many questions from one address, then another one: an API takes 1,200 reads a minute from each, and those of many
 * people come from many.
 */
export const QUESTIONS_EACH = 1_000;

let next = 0;

/** An address of the loopback to ask from: 127.1.0.1, 127.1.0.2 and so on, 10 million of them. */
export function anotherAddress(): string {
  const nth = next++ % (200 * 200 * 250);
  return `127.${1 + Math.floor(nth / 50_000)}.${Math.floor(nth / 250) % 200}.${1 + (nth % 250)}`;
}
