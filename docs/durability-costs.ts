import type { KeptResult } from '../benchmarks/kept-results.ts';
import { type MakeTable, mostOtherCores } from '../benchmarks/report.ts';
import { count } from '../benchmarks/words.ts';

const SIDES = [
  ['one', 'one server, `1s`'],
  ['always', 'one server, `always`'],
  ['three', 'three servers, `1s`'],
] as const;

/** What each promise costs, from the kept result of the scenario `durability`. */
export function durabilityCosts(kept: KeptResult | undefined, table: MakeTable): string {
  if (kept === undefined || !kept.pass) return 'Not measured yet: `npm run bench -- durability --keep` does.';
  const { commit, startedAt, machine, figures } = kept;
  const inRange = (name: string) => {
    const { value, min, max } = figures[name];
    return min === max ? count(value) : `${count(value)} (${count(min)} – ${count(max)})`;
  };
  const rows = SIDES.map(([side, words]) => [
    words,
    inRange(`framesPerS.${side}`),
    side === 'one' ? '1' : inRange(`ratio.${side}`),
    inRange(`cpuUsPerFrame.${side}`),
    inRange(`ackP99Ms.${side}`),
  ]);
  const header = ['promise', 'frames/s', 'of the first', 'CPU µs a frame', 'acknowledged, p99 ms'];
  const { lostConnections, devices } = kept.measured.killed as { lostConnections: number; devices: number };
  const below =
    `Frames of ten samples through ingest, everything on one machine of ${machine.cores} cores, in turns (least and ` +
    `greatest in brackets); the last column at a modest pace. Others on the machine used up to ` +
    `${mostOtherCores(kept)} cores meanwhile: take the ratios. A killed leader: ` +
    `${count(figures.leaderKilledMs.value)} ms without an acknowledgement; ${lostConnections} of ${devices} ` +
    `connections were closed meanwhile, and their devices came again. Commit \`${commit.slice(0, 12)}\`, ` +
    `${startedAt.slice(0, 10)}; [how it is measured](../benchmarks/README.md#durability).`;
  return `${table(header, rows)}\n\n${below}`;
}
