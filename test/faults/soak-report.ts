import { FAULTS } from './catalogue.ts';
import type { PartName } from './deployment.ts';
import { MEMORY_BOUNDS_MIB } from './memory.ts';
import type { SoakResult } from './soak.ts';

/** In the order of the report. What the whole deployment counts has a sample twice that devices sent twice. */
const WORDS: Readonly<Record<string, string>> = {
  framesSent: 'frames sent',
  malformedSent: 'and frames that nobody can take',
  repeats: 'and frames sent once more',
  samplesSent: 'samples sent',
  samplesAcknowledged: 'samples acknowledged',
  rowsQuestdb: 'rows of these in QuestDB',
  rowsClickhouse: 'rows of these in ClickHouse',
  deadLetters: 'dead letters',
  refusedFrames: 'frames that a store refused',
  rollUps: 'roll-ups compared',
  accepted: 'samples in the stream, repeats counted',
  writtenQuestdb: 'written to QuestDB, repeats counted',
  writtenClickhouse: 'written to ClickHouse, repeats counted',
  expired: 'too old for QuestDB',
  framesTrimmed: 'messages trimmed from the stream',
  refusals: 'times a device was told to wait',
  lostConnections: 'connections lost',
  failedConnects: 'connections that could not be made',
  ackP99Ms: 'ms until 99 % were acknowledged',
};

/** What was done how often, what came of it, and how much memory each process had of what it may have. */
export function asSoakReport({ done, counts, mostMib, playedMs, storedAfterMs }: SoakResult): string {
  const times = Object.values(done).reduce((sum, n) => sum + n, 0);
  const struck = FAULTS.filter(({ name }) => done[name]).map(({ name, title }) => [title, count(done[name])] as const);
  const found = Object.entries(WORDS)
    .filter(([name]) => counts[name] !== undefined)
    .map(([name, words]) => [words, count(counts[name])] as const);
  const memory = Object.entries(mostMib).map(
    ([name, mib]) => [name, `${mib} of ${MEMORY_BOUNDS_MIB[name as PartName]} MiB`] as const,
  );
  return [
    `${times} times something was broken`,
    asLines(struck),
    `devices played for ${seconds(playedMs)}, and ${seconds(storedAfterMs)} later everything was stored and compared`,
    asLines(found),
    'the most memory of its own that each process had',
    asLines(memory),
  ].join('\n');
}

function asLines(rows: readonly (readonly [what: string, value: string])[]): string {
  const width = Math.max(0, ...rows.map(([what]) => what.length));
  const valueWidth = Math.max(0, ...rows.map(([, value]) => value.length));
  return rows.map(([what, value]) => `  ${what.padEnd(width)}  ${value.padStart(valueWidth)}\n`).join('');
}

const count = (value: number) => value.toLocaleString('en-US');
const seconds = (ms: number) => `${(ms / 1_000).toFixed(0)} s`;
