/** Seconds of `1:02:03`, `2:03` or `3`; null for a text that says none. */
export function secondsOf(text: string): number | null {
  const parts = text.trim().split(':');
  if (parts.length > 3 || parts.some((part) => !/^\d{1,3}$/.test(part))) return null;
  const numbers = parts.map(Number);
  // Below sixty, but for the first.
  if (numbers.slice(1).some((value) => value >= 60)) return null;
  return numbers.reduce((sum, value) => sum * 60 + value, 0);
}
