/** Moments as an input of type datetime-local has them: in the time zone of the browser. */

/** `2027-05-01T09:00:00`, with tenths of a second where there are any. */
export function localText(ms: number): string {
  const rounded = Math.round(ms / 100) * 100;
  const offMs = new Date(rounded).getTimezoneOffset() * 60_000;
  return new Date(rounded - offMs).toISOString().slice(0, 21).replace('.0', '');
}

/** Throws RangeError for what is no moment: the input lets none through. */
export function msOf(text: string): number {
  const ms = new Date(text).getTime();
  if (Number.isNaN(ms)) throw new RangeError(`"${text}" is no moment`);
  return ms;
}
