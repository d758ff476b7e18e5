import type { Category, Wave } from '../../../../schemas/race.ts';
import { type Mark, nameOf } from '../marks.ts';
import type { Result, Results } from '../results.ts';
import { raceTime } from '../results-csv.ts';
import {
  type Column,
  type ColumnName,
  GAP_PT,
  MARGIN_PT,
  PAGE_HEIGHT_PT,
  PAGE_WIDTH_PT,
  pageColumns,
  printedMarks,
} from './page-columns.ts';
import { createPrinter, type TextStyle } from './printer.ts';

/** What a document of results is made of; it crosses the border of a thread. */
export interface ResultsDocument {
  readonly results: Results;
  readonly sport: string;
  readonly waves: readonly Pick<Wave, 'id' | 'name' | 'gunTimeMs'>[];
  readonly categories: readonly Pick<Category, 'id' | 'name'>[];
}

const INNER_PT = PAGE_WIDTH_PT - 2 * MARGIN_PT;
const LINE_PT = 10;
const ROW_PADDING_PT = 3;
const BOTTOM_PT = PAGE_HEIGHT_PT - MARGIN_PT - 22;

const TITLE: TextStyle = { font: 'bold', sizePt: 18, color: '#111111' };
const FACT: TextStyle = { font: 'regular', sizePt: 8.5, color: '#343a40' };
const HEAD: TextStyle = { font: 'bold', sizePt: 7, color: '#111111' };
const CELL: TextStyle = { font: 'regular', sizePt: 7.5, color: '#111111' };
const SPLIT: TextStyle = { font: 'regular', sizePt: 7, color: '#343a40' };
const FOOT: TextStyle = { font: 'regular', sizePt: 7, color: '#495057' };

const WITHOUT_RANK: Partial<Record<Result['status'], string>> = { dnf: 'DNF', dns: 'DNS', dsq: 'DSQ', running: '…' };
const SEX = { female: 'F', male: 'M', other: 'X' } as const;

/**
 * The results as a PDF on A4: title and what the race was on the first page, then a row for each athlete under a head
 * that every page repeats. One page's bytes come with each step, so that a reader who stops costs one page and no more.
 */
export function* resultsPdf(document: ResultsDocument): Generator<Uint8Array> {
  const { results } = document;
  const printer = createPrinter({ title: `${results.name}: results`, createdMs: results.atMs });
  const marks = printedMarks(results.marks);
  const { left, splits, right } = pageColumns(marks.length);
  const rowPt = splits.lines * LINE_PT + ROW_PADDING_PT;
  const headPt = rowPt + 4;
  const state = results.isOfficial ? 'Official results' : 'Provisional results';
  const finish = results.marks.find(({ isFinish }) => isFinish);
  const facts = factsOf(document, state, finish);
  const firstTopPt = MARGIN_PT + 26 + facts.length * 12 + 6;
  const laterTopPt = MARGIN_PT + 14;
  const fit = (topPt: number) => Math.max(1, Math.floor((BOTTOM_PT - topPt - headPt) / rowPt));
  const [onFirst, onLater] = [fit(firstTopPt), fit(laterTopPt)];
  const pages = 1 + Math.max(0, Math.ceil((results.results.length - onFirst) / onLater));
  const waves = new Map(document.waves.map(({ id, name }) => [id, name]));
  const categories = new Map(document.categories.map(({ id, name }) => [id, name]));

  function printTitle(): void {
    const line = { xPt: MARGIN_PT, widthPt: INNER_PT };
    printer.text(results.name, { ...line, yPt: MARGIN_PT }, TITLE);
    for (const [i, fact] of facts.entries()) printer.text(fact, { ...line, yPt: MARGIN_PT + 26 + i * 12 }, FACT);
  }

  function splitPlace(i: number, yPt: number) {
    const { xPt, widthPt, perLine } = splits;
    const [line, column] = [Math.floor(i / perLine), i % perLine];
    return { xPt: xPt + column * widthPt, yPt: yPt + line * LINE_PT, widthPt: widthPt - GAP_PT, isRight: true };
  }

  function printHead(yPt: number): void {
    const heads = (columns: readonly Column[]) => {
      for (const { head, name: _, ...place } of columns) printer.text(head, { ...place, yPt }, HEAD);
    };
    heads(left);
    for (const [i, { name }] of marks.entries()) printer.text(name, splitPlace(i, yPt), HEAD);
    heads(right);
    printer.rule({ xPt: MARGIN_PT, yPt: yPt + headPt - 3, widthPt: INNER_PT });
  }

  function printRow(result: Result, yPt: number): void {
    const { rank, bib, who, status, waveRank, sexRank, categoryRank, chipMs, gunMs, behindMs } = result;
    const bySplit = new Map(result.splits.map((split) => [nameOf(split), split]));
    const isEstimated = finish !== undefined && bySplit.get(nameOf(finish))?.status === 'estimated';
    const cells: Record<ColumnName, string> = {
      rank: rank === null ? (WITHOUT_RANK[status] ?? '') : String(rank),
      ...{ bib, name: who?.name ?? '', country: who?.country ?? '', club: who?.club ?? '' },
      sex: ranked(who === null ? '' : SEX[who.sex], sexRank),
      wave: ranked(waves.get(who?.wave ?? '') ?? '', waveRank),
      category: ranked(categories.get(who?.category ?? '') ?? '', categoryRank),
      chip: timeOf(chipMs, isEstimated),
      gun: timeOf(gunMs, isEstimated),
      behind: behindMs === null || rank === 1 ? '' : `+${raceTime(behindMs)}`,
    };
    const print = (columns: readonly Column[]) => {
      for (const { name, head: _, ...place } of columns) printer.text(cells[name], { ...place, yPt }, CELL);
    };
    // In the order in which they are read, by programs that read a page aloud too.
    print(left);
    for (const [i, mark] of marks.entries()) {
      const split = bySplit.get(nameOf(mark));
      if (split === undefined) continue;
      printer.text(timeOf(split.gunMs, split.status === 'estimated'), splitPlace(i, yPt), SPLIT);
    }
    print(right);
  }

  function printFoot(page: number): void {
    const yPt = PAGE_HEIGHT_PT - MARGIN_PT - 10;
    const said = `${state}, as of ${momentOf(results.atMs)}. Splits from the gun. ~ estimated from positions.`;
    printer.text(said, { xPt: MARGIN_PT, yPt, widthPt: INNER_PT - 80 }, FOOT);
    printer.text(`Page ${page} of ${pages}`, { xPt: MARGIN_PT, yPt, widthPt: INNER_PT, isRight: true }, FOOT);
  }

  for (let page = 1, next = 0; page <= pages; page++) {
    printer.addPage();
    const isFirst = page === 1;
    const topPt = isFirst ? firstTopPt : laterTopPt;
    if (isFirst) printTitle();
    else printer.text(`${results.name}: ${state}`, { xPt: MARGIN_PT, yPt: MARGIN_PT, widthPt: INNER_PT }, FACT);
    printHead(topPt);
    for (let row = 0; row < (isFirst ? onFirst : onLater) && next < results.results.length; row++, next++) {
      const yPt = topPt + headPt + row * rowPt;
      if (row % 2 === 1) printer.stripe({ xPt: MARGIN_PT, yPt: yPt - 1, widthPt: INNER_PT, heightPt: rowPt });
      printRow(results.results[next], yPt);
    }
    printFoot(page);
    yield* rest(printer.take());
  }
  printer.end();
  yield* rest(printer.take());
}

function* rest(bytes: Uint8Array | null): Generator<Uint8Array> {
  if (bytes !== null) yield bytes;
}

/** The lines under the title. */
function factsOf(
  { results, sport, waves, categories }: ResultsDocument,
  state: string,
  finish: Mark | undefined,
): string[] {
  const startMs = Math.min(...waves.map(({ gunTimeMs }) => gunTimeMs));
  const about = [
    ...(Number.isFinite(startMs) ? [new Date(startMs).toISOString().slice(0, 10)] : []),
    sport.replaceAll('_', ' '),
    ...(finish === undefined ? [] : [`${(finish.positionM / 1_000).toFixed(2)} km`]),
    state,
    `${results.results.filter(({ status }) => status === 'finished').length} finished of ${results.results.length}`,
  ];
  const count = (of: 'wave' | 'category', id: string) =>
    results.results.filter(({ who, status }) => status === 'finished' && who?.[of] === id).length;
  const byWave = waves.map(({ id, name, gunTimeMs }) => {
    return `${name} ${new Date(gunTimeMs).toISOString().slice(11, 19)} UTC (${count('wave', id)} finished)`;
  });
  const byCategory = categories.map(({ id, name }) => `${name} (${count('category', id)} finished)`);
  return [
    about.join(' · '),
    ...(byWave.length === 0 ? [] : [`Waves: ${byWave.join(' · ')}`]),
    ...(byCategory.length === 0 ? [] : [`Categories: ${byCategory.join(' · ')}`]),
  ];
}

function ranked(name: string, rank: number | null): string {
  return rank === null ? name : `${name} ${rank}.`;
}

function timeOf(ms: number | null, isEstimated: boolean): string {
  return ms !== null && isEstimated ? `~${raceTime(ms)}` : raceTime(ms);
}

function momentOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
