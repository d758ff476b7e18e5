/** One line of a summary. The name says the unit; null is what was not measured. */
export type Row = readonly [name: string, value: number | string | null];

/** The summary as an aligned table: `framesSent` reads `frames sent`. */
export function asTable(rows: readonly Row[]): string {
  const lines = rows.map(([name, value]) => [inWords(name), asText(value)] as const);
  const width = Math.max(...lines.map(([words]) => words.length));
  const valueWidth = Math.max(...lines.map(([, text]) => text.length));
  return `${lines.map(([words, text]) => `  ${words.padEnd(width)}  ${text.padStart(valueWidth)}`).join('\n')}\n`;
}

/** The summary as one JSON line. */
export function asJson(type: 'progress' | 'summary', rows: readonly Row[]): string {
  const values = rows.map(([name, value]) => [name, typeof value === 'number' && Number.isNaN(value) ? null : value]);
  return `${JSON.stringify({ type, ...Object.fromEntries(values) })}\n`;
}

const UNITS: Record<string, string> = { Ms: ', ms', Bytes: ', bytes', PerS: ' per second' };

function inWords(name: string): string {
  const unit = Object.keys(UNITS).find((suffix) => name.endsWith(suffix));
  const stem = unit === undefined ? name : name.slice(0, -unit.length);
  return stem.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`) + (unit === undefined ? '' : UNITS[unit]);
}

function asText(value: number | string | null): string {
  if (value === null || Number.isNaN(value)) return '–';
  if (typeof value === 'string') return value;
  return Number.isInteger(value) ? value.toLocaleString('en-US') : value.toFixed(2);
}
