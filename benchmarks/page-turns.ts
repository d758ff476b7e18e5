import { createLatencyHistogram } from '../runtime/latency.ts';
import { type Figure, figureOf } from './figure.ts';
import { count } from './words.ts';

/** What one kind of page took in one round, and the bytes of all answers of its last page. */
export interface PageTurn {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly bytes: number;
}

/** Reads a page `pages` times, one after the other. The answers are those of the last one. */
export async function timePages(
  pages: number,
  readPage: () => Promise<string[]>,
): Promise<{ readonly turn: PageTurn; readonly answers: readonly string[] }> {
  const latency = createLatencyHistogram();
  let answers: string[] = [];
  for (let page = 0; page < pages; page++) {
    const fromMs = performance.now();
    answers = await readPage();
    latency.record(performance.now() - fromMs);
  }
  const bytes = answers.reduce((sum, text) => sum + text.length, 0);
  return { turn: { p50Ms: latency.quantileMs(0.5), p99Ms: latency.quantileMs(0.99), bytes }, answers };
}

export interface PageKind {
  readonly read: () => Promise<string[]>;
  /** What is wrong with its last answers of a round. */
  readonly wrongOf: (answers: readonly string[]) => readonly string[];
}

/** Kinds of pages by name, each read in every round: their turns, the figures that follow, and what was wrong. */
export async function timeKinds(
  kinds: ReadonlyMap<string, PageKind>,
  { rounds, pages, say }: { readonly rounds: number; readonly pages: number; readonly say: (text: string) => void },
) {
  const turns: Record<string, PageTurn[]> = {};
  const reasons: string[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const [name, { read, wrongOf }] of kinds) {
      const { turn, answers } = await timePages(pages, read);
      turns[name] ??= [];
      turns[name].push(turn);
      reasons.push(...wrongOf(answers));
    }
    const told = Object.entries(turns).map(([name, all]) => `${name} p99 ${count(all[round].p99Ms)} ms`);
    say(told.join(', '));
  }
  return { turns, figures: figuresOf(turns, rounds), reasons };
}

function figuresOf(turns: Readonly<Record<string, readonly PageTurn[]>>, rounds: number): Record<string, Figure> {
  const slowest = Array.from({ length: rounds }, (_, round) =>
    Math.max(...Object.values(turns).map((all) => all[round].p99Ms)),
  );
  const figures: Record<string, Figure> = { slowestP99Ms: figureOf(slowest) };
  for (const [name, all] of Object.entries(turns)) {
    figures[`p50Ms.${name}`] = figureOf(all.map(({ p50Ms }) => p50Ms));
    figures[`p99Ms.${name}`] = figureOf(all.map(({ p99Ms }) => p99Ms));
  }
  return figures;
}
