import type { FaultResult } from './run-fault.ts';
import { inWords, isKept } from './run-table.ts';

const GREEN = '\x1b[32m';
const RED = '\x1b[31m';
const PLAIN = '\x1b[0m';

export function inColour(text: string, isGood: boolean, isColoured: boolean): string {
  return isColoured ? `${isGood ? GREEN : RED}${text}${PLAIN}` : text;
}

/** All faults under each other: what was done, whether every promise held, and how long it was felt. */
export function asVerdictTable(results: readonly FaultResult[], isColoured: boolean): string {
  const width = Math.max(...results.map(({ title }) => title.length), 0);
  const lines = results.map((result) => {
    const verdict = inColour(isKept(result) ? 'kept  ' : 'BROKEN', isKept(result), isColoured);
    return `  ${result.title.padEnd(width)}  ${verdict}  ${isKept(result) ? inWords(result) : result.breaches[0]}`;
  });
  return lines.join('\n');
}
