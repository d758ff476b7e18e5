import { CROSSING_SOURCES, type CrossingSource } from '../../../schemas/board.ts';
import type { Passages } from './passages.ts';

/** What one source says of one pass. Of one (checkpoint, pass, source) the greatest revision counts. */
export interface CrossingReport {
  readonly checkpoint: string;
  readonly pass: number;
  readonly source: CrossingSource;
  readonly timeMs: number;
  readonly sigmaMs: number;
  readonly revision: number;
  /** It did not happen, as the source now knows. */
  readonly isWithdrawn: boolean;
  /** A person says that nobody crossed, whatever other sources say. */
  readonly isStruck?: boolean;
}

/** A mat or chip reader saw somebody; which pass it was follows from everything that is known of them. */
export interface ChipRead {
  /** Names the read for ever: the same one comes again. */
  readonly id: string;
  readonly checkpoint: string;
  readonly source: 'mat' | 'chip';
  readonly timeMs: number;
  readonly sigmaMs: number;
}

/** What counts as having happened. */
export interface Crossing {
  readonly checkpoint: string;
  readonly pass: number;
  readonly positionM: number;
  readonly timeMs: number;
  readonly sigmaMs: number;
  readonly source: CrossingSource;
  /** From positions it is an estimate, from a timing system or a person provisional, in a published race official. */
  readonly status: 'estimated' | 'provisional';
  /** Of all that was said of the pass, summed up: it grows with each report, in whatever order they come. */
  readonly revision: number;
}

/** Reads that are closer are one pass of the mat: somebody stands on it, or it saw both shoes. */
const ONE_PASS_MS = 20_000;
/** A read belongs to the pass at which positions put its athlete, if they do so within this. */
const NEAR_MS = 120_000;
/** Superseded reports that are kept of each (pass, source), for the audit. */
const MAX_TRAIL = 16;

/**
 * Everything that was said of one athlete's crossings. The order in which it comes changes nothing: what counts is a
 * function of the set of reports and reads.
 */
export class CrossingEvidence {
  readonly reports = new Map<string, CrossingReport[]>();
  readonly reads = new Map<string, ChipRead>();

  /** False when it was known, or is older than all that are kept. */
  report(report: CrossingReport): boolean {
    const key = `${report.checkpoint} ${report.pass} ${report.source}`;
    const known = this.reports.get(key) ?? [];
    if (known.some(({ revision }) => revision === report.revision)) return false;
    const kept = [...known, report].sort((a, b) => b.revision - a.revision).slice(0, MAX_TRAIL);
    this.reports.set(key, kept);
    return kept.includes(report);
  }

  /** False when it was known. */
  read(read: ChipRead): boolean {
    if (this.reads.has(read.id)) return false;
    this.reads.set(read.id, read);
    return true;
  }

  /** What counts, in the order of the course. */
  decide(passages: Passages): Crossing[] {
    const newest = [...this.reports.values()].map(([report]) => report);
    const said = [...newest, ...passesOf(this.reads.values(), newest, passages)];
    const struck = new Set(newest.flatMap((one) => (one.isStruck ? [`${one.checkpoint} ${one.pass}`] : [])));
    const best = new Map<string, CrossingReport>();
    const revisions = new Map<string, number>();
    for (const report of said) {
      const key = `${report.checkpoint} ${report.pass}`;
      revisions.set(key, (revisions.get(key) ?? 0) + report.revision);
      if (report.isWithdrawn || struck.has(key)) continue;
      const other = best.get(key);
      if (other === undefined || rankOf(report) < rankOf(other)) best.set(key, report);
    }
    return [...best]
      .flatMap(([key, { checkpoint, pass, timeMs, sigmaMs, source }]): Crossing[] => {
        const passage = passages.of(checkpoint, pass);
        if (passage === null) return [];
        const status = source === 'gps' || source === 'geofence' ? 'estimated' : 'provisional';
        const revision = revisions.get(key)!;
        return [{ checkpoint, pass, positionM: passage.positionM, timeMs, sigmaMs, source, status, revision }];
      })
      .sort((a, b) => a.positionM - b.positionM || (a.checkpoint < b.checkpoint ? -1 : 1));
  }
}

function rankOf({ source }: CrossingReport): number {
  return CROSSING_SOURCES.indexOf(source);
}

/**
 * The passes that reads stand for. Of a start the last read of a pass counts, since people stand on its mat; anywhere
 * else the first. Their revision is the number of reads, which never change.
 */
function passesOf(reads: Iterable<ChipRead>, newest: readonly CrossingReport[], passages: Passages): CrossingReport[] {
  const groups = new Map<string, ChipRead[]>();
  for (const read of reads) {
    const key = `${read.checkpoint} ${read.source}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [read]);
    else group.push(read);
  }
  return [...groups.values()].flatMap((group) => {
    group.sort((a, b) => a.timeMs - b.timeMs || (a.id < b.id ? -1 : 1));
    const { checkpoint } = group[0];
    const passes = passages.at(checkpoint);
    const estimates = newest.filter((report) => report.checkpoint === checkpoint && !report.isWithdrawn);
    const found: CrossingReport[] = [];
    let before = 0;
    for (const visit of visitsOf(group)) {
      const nearest = nearestPass(visit[0].timeMs, estimates);
      const pass = nearest !== null && nearest > before ? nearest : before + 1;
      if (pass > passes.length) break;
      before = pass;
      const read = passes[pass - 1].isStart ? visit[visit.length - 1] : visit[0];
      const { source, timeMs, sigmaMs } = read;
      found.push({ checkpoint, pass, source, timeMs, sigmaMs, revision: visit.length, isWithdrawn: false });
    }
    return found;
  });
}

function visitsOf(sorted: readonly ChipRead[]): ChipRead[][] {
  const visits: ChipRead[][] = [];
  for (const read of sorted) {
    const visit = visits[visits.length - 1];
    if (visit !== undefined && read.timeMs - visit[visit.length - 1].timeMs <= ONE_PASS_MS) visit.push(read);
    else visits.push([read]);
  }
  return visits;
}

function nearestPass(timeMs: number, estimates: readonly CrossingReport[]): number | null {
  let nearest: CrossingReport | null = null;
  const off = (report: CrossingReport) => Math.abs(report.timeMs - timeMs);
  for (const estimate of estimates) {
    if (off(estimate) > NEAR_MS) continue;
    const isNearer =
      nearest === null ||
      off(estimate) < off(nearest) ||
      (off(estimate) === off(nearest) && estimate.pass < nearest.pass);
    if (isNearer) nearest = estimate;
  }
  return nearest?.pass ?? null;
}
