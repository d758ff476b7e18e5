import { untilDone } from '../../../runtime/steps.ts';
import type { BoardRow, BoardView } from '../../../schemas/board.ts';
import { createCourseLine } from '../../../schemas/course-line.ts';
import type { ProgressTick } from '../../../schemas/progress.ts';
import type { Race, Starter } from '../../../schemas/race.ts';
import { ownerOf, type ReviewDecision, type ReviewEntry } from '../../../schemas/review.ts';
import type { ReviewGround } from '../review/athlete-review.ts';
import { inQueueOrder, RaceReview } from '../review/race-review.ts';
import { recordsOf } from '../review/records.ts';
import { BoardAthlete, type Decision, type RaceWay } from './athlete.ts';
import { DEFAULT_STATUS_RULES, type StatusRules } from './automatic-status.ts';
import { BoardRows, type Place, pacedOf, type RowMoment } from './board-rows.ts';
import { areSameFinishes, type CloseFinishes, closeFinishes, type TimedFinish } from './close-finishes.ts';
import { type CourseEffort, effortOf, isOnFoot } from './course-effort.ts';
import type { ChipRead, CrossingReport } from './crossing-evidence.ts';
import { Forecast } from './forecast.ts';
import { passagesOf } from './passages.ts';
import { placesOf } from './places.ts';
import { groupOnRoad, type OnRoad } from './road-groups.ts';
import {
  behindMs,
  type Field,
  gapMs,
  inOrder,
  MAX_AHEAD_MS,
  type RankingClock,
  type Standing,
  standingOf,
} from './standings.ts';
import { gridFor } from './trail.ts';

export interface BoardOptions extends StatusRules {
  readonly clock: RankingClock;
  /** A runner of whom nothing was heard for longer is said to be silent. */
  readonly silentAfterMs: number;
  /** Groups on the road are told for so long before they are made anew: their numbers change all the time. */
  readonly groupsForMs: number;
}

export const DEFAULT_BOARD_OPTIONS: BoardOptions = {
  ...{ clock: 'gun', silentAfterMs: 30_000, groupsForMs: 0 },
  ...DEFAULT_STATUS_RULES,
};

const FORECAST_EVERY_MS = 10_000;
/** So many athletes take about a millisecond. */
const STEP = 100;

/** Who moved since the last view, in the places that it gave them. */
export type MovedView = Pick<BoardView, 'race' | 'raceVersion' | 'atMs' | 'dataMs' | 'rows'>;

/**
 * The board of one race, as a function of the race, the positions and what was said of crossings. Sources may come in
 * any order and more than once: the same ones give the same board in the end. It knows no clock; a view is of the
 * moment that it is asked for.
 */
export class RaceBoard {
  readonly options: BoardOptions;
  readonly #athletes = new Map<string, BoardAthlete>();
  #race: Race;
  #way: RaceWay;
  #effort: CourseEffort;
  #ground: ReviewGround;
  #forecast: { readonly key: string; readonly of: Forecast } | null = null;
  #close: (CloseFinishes & { readonly finishes: readonly TimedFinish[] }) | null = null;
  readonly review = new RaceReview();
  /** As they were ordered last: most are in their places the next time. */
  #ordered: BoardAthlete[] = [];
  readonly #rows: BoardRows;
  /** Of whom something was told since all were ranked, and since that was asked for. */
  readonly #moved = new Set<BoardAthlete>();
  #rankedDataMs = Number.NEGATIVE_INFINITY;
  #groups: (ReturnType<typeof groupOnRoad> & { readonly atMs: number }) | null = null;

  constructor(race: Race, options: Partial<BoardOptions> = {}) {
    this.options = { ...DEFAULT_BOARD_OPTIONS, ...options };
    this.#race = race;
    this.#way = wayOf(race);
    this.#effort = effortOf(race, this.#way.finishM);
    this.#ground = this.#groundOf(race);
    this.#rows = new BoardRows(this.options, this.#effort);
    this.#enter();
  }

  get race(): Race {
    return this.#race;
  }

  get athletes(): Iterable<BoardAthlete> {
    return this.#athletes.values();
  }

  athlete(bib: string): BoardAthlete | null {
    return this.#athletes.get(bib) ?? null;
  }

  /** Takes a later version of the race: whoever is no longer in it leaves the board. */
  change(race: Race): void {
    if (race.version <= this.#race.version) return;
    this.#race = race;
    this.#way = wayOf(race);
    this.#effort = effortOf(race, this.#way.finishM);
    this.#ground = this.#groundOf(race);
    this.#enter();
    this.#rows.restart(this.#effort);
    this.#moved.clear();
    this.#ordered = [];
    this.#groups = null;
    this.review.restart(this.#athletes.values());
    for (const athlete of this.#athletes.values()) this.review.judge(athlete, this.#ground);
  }

  /** Takes what a tick holds; whether a tick may be believed is decided where ticks are received. */
  tick({ athletes }: Pick<ProgressTick, 'athletes'>): void {
    for (const { crossings, motions = [], motionRound = 0, ...seen } of athletes) {
      const athlete = this.#athletes.get(seen.bib);
      if (athlete === undefined) continue;
      for (const crossing of crossings) this.report(seen.bib, crossing);
      if (athlete.see(seen)) this.#moved.add(athlete);
      if (motions.length > 0) this.review.begin(athlete, motionRound);
      for (const motion of motions) {
        athlete.feel(motion);
        this.review.see(athlete, motion, this.#ground, (bib) => this.athlete(bib));
      }
    }
  }

  /** False when it is of nobody, or was known. */
  report(bib: string, report: CrossingReport): boolean {
    const athlete = this.#athletes.get(bib);
    if (athlete === undefined || !athlete.report(report)) return false;
    this.#moved.add(athlete);
    this.review.judge(athlete, this.#ground);
    return true;
  }

  read(bib: string, read: ChipRead): boolean {
    const athlete = this.#athletes.get(bib);
    if (athlete === undefined || !athlete.read(read)) return false;
    this.#moved.add(athlete);
    this.review.judge(athlete, this.#ground);
    return true;
  }

  judge(bib: string, decision: Decision): boolean {
    return this.#athletes.get(bib)?.judge(decision) ?? false;
  }

  /** Event time of the newest position or crossing that counts; −∞ before the first. */
  get dataMs(): number {
    let dataMs = Number.NEGATIVE_INFINITY;
    for (const { heardMs } of this.#athletes.values()) if (heardMs > dataMs) dataMs = heardMs;
    return dataMs;
  }

  /** Takes what a person decided about a finding, or with null takes it back. False when it is of nobody. */
  decide(finding: string, decided: ReviewDecision | null): boolean {
    const athlete = this.#athletes.get(ownerOf(finding));
    if (athlete === undefined) return false;
    if (decided === null) athlete.decisions.delete(finding);
    else athlete.decisions.set(finding, decided);
    return true;
  }

  /** What there is to decide, what was decided, and what was withdrawn, in the order of a queue. */
  findings(): ReviewEntry[] {
    return inQueueOrder([...this.#athletes.values()].flatMap(entriesOf));
  }

  view(nowMs: number): BoardView {
    return untilDone(this.#viewSteps(nowMs, STEP));
  }

  /**
   * {@link view} in steps of a millisecond or so, between which the board may be told of more, and asked who moved: of
   * thousands a view takes long. All are compared at `nowMs`, each as they were known in their step; rows say what is
   * known in the end. It yields none while all are ranked, then the rows as they are so far, some at a time. Null when
   * the race was changed meanwhile.
   */
  *viewInSteps(nowMs: number, step = STEP): Generator<readonly BoardRow[], BoardView | null> {
    const race = this.#race;
    const steps = this.#viewSteps(nowMs, step);
    for (;;) {
      const { done, value } = steps.next();
      if (done) return value;
      yield value;
      if (this.#race !== race) return null;
    }
  }

  *#viewSteps(nowMs: number, step: number): Generator<readonly BoardRow[], BoardView> {
    const race = this.#race;
    const field = this.#fieldAt(nowMs, this.dataMs);
    const standings: Standing[] = [];
    for (const athlete of this.#inLastOrder()) {
      standings.push(standingOf(athlete, this.#rows.reckoned(athlete), field));
      if (standings.length % step === 0) yield [];
    }
    const ranked = this.#ranked(standings);
    yield [];
    const { groups, groupOf } = this.#groupsAt(nowMs, ranked);
    const close = this.#closeFinishes(ranked);
    const moment = this.#momentAt(nowMs, this.#forecastOf(ranked, nowMs));
    const places: Place[] = [];
    for (const place of placesOf(ranked, groupOf, close, this.#rows)) {
      places.push(place);
      if (places.length % step === 0) yield [];
    }
    const rows: BoardRow[] = [];
    const versions: number[] = [];
    for (const [i, standing] of ranked.entries()) {
      rows.push(this.#rows.rowSince(standing, moment, places[i], field));
      versions.push(standing.athlete.version);
      if (rows.length % step === 0) yield rows.slice(-step);
    }
    for (const [i, standing] of ranked.entries()) {
      if (standing.athlete.version !== versions[i]) rows[i] = this.#rows.rowSince(standing, moment, places[i], field);
    }
    this.#moved.clear();
    const { dataMs } = this;
    this.#rankedDataMs = dataMs;
    return {
      ...{ race: race.id, raceVersion: race.version, atMs: nowMs, dataMs: Number.isFinite(dataMs) ? dataMs : null },
      ...{ rows, groups, certainty: close.certainty },
    };
  }

  /**
   * The rows of those who were told of since the last view or since this was asked, with where they are now and in the
   * places of the rows that everybody has, as `shown` gives them, or of the last view: it costs as much as they are,
   * where a view costs as much as all. Whose status changed is left to the next view, which says everything that this
   * does.
   */
  moved(nowMs: number, shown: (bib: string) => BoardRow | null = () => null): MovedView {
    const { id: race, version: raceVersion } = this.#race;
    for (const { heardMs } of this.#moved) if (heardMs > this.#rankedDataMs) this.#rankedDataMs = heardMs;
    const dataMs = this.#rankedDataMs;
    const known = this.#forecast;
    const rows: BoardRow[] = [];
    if (known !== null) {
      const field = this.#fieldAt(nowMs, dataMs);
      const moment = this.#momentAt(nowMs, known.of);
      for (const athlete of this.#moved) {
        const standing = standingOf(athlete, this.#rows.reckoned(athlete), field);
        const row = this.#rows.movedRow(standing, moment, shown(athlete.bib));
        if (row !== null) rows.push(row);
      }
    }
    this.#moved.clear();
    return { race, raceVersion, atMs: nowMs, dataMs: Number.isFinite(dataMs) ? dataMs : null, rows };
  }

  /** Gaps of everybody with a rank to one athlete, at the last place where both were. Null when there is none such. */
  gapsTo(bib: string, nowMs: number): Map<string, number | null> | null {
    const standings = this.#standings(nowMs, this.dataMs).filter(({ projectedMs }) => !Number.isNaN(projectedMs));
    const at = standings.findIndex(({ athlete }) => athlete.bib === bib);
    if (at < 0) return null;
    const gaps = standings.map((standing, i) => {
      const chosen = standings[at];
      if (i >= at) return behindMs(gapMs(standing, chosen, this.#effort));
      const ahead = behindMs(gapMs(chosen, standing, this.#effort));
      return ahead === null ? null : 0 - ahead;
    });
    return new Map(standings.map(({ athlete }, i) => [athlete.bib, gaps[i]]));
  }

  #standings(nowMs: number, dataMs: number): Standing[] {
    const field = this.#fieldAt(nowMs, dataMs);
    return this.#ranked(
      Array.from(this.#inLastOrder(), (athlete) => standingOf(athlete, this.#rows.reckoned(athlete), field)),
    );
  }

  #inLastOrder(): Iterable<BoardAthlete> {
    return this.#ordered.length === this.#athletes.size ? this.#ordered : [...this.#athletes.values()];
  }

  #ranked(standings: readonly Standing[]): Standing[] {
    const ranked = inOrder(standings);
    this.#ordered = ranked.map(({ athlete }) => athlete);
    return ranked;
  }

  #fieldAt(nowMs: number, dataMs: number): Field {
    return { rules: this.options, effort: this.#effort, nowMs, dataMs, closesMs: this.#race.closesMs };
  }

  #momentAt(nowMs: number, forecast: Forecast): RowMoment {
    return { nowMs, forecast, isOfficial: this.#race.state === 'published' };
  }

  /** Asked for with every view, and changed by a finish only. */
  #closeFinishes(standings: readonly Standing[]): CloseFinishes {
    const finishes = standings.flatMap((standing) => finishOf(standing, this.options.clock));
    const known = this.#close;
    if (known !== null && areSameFinishes(known.finishes, finishes)) return known;
    this.#close = { finishes, ...closeFinishes(finishes) };
    return this.#close;
  }

  #groupsAt(nowMs: number, standings: readonly Standing[]): ReturnType<typeof groupOnRoad> {
    const known = this.#groups;
    if (known !== null && nowMs > known.atMs && nowMs - known.atMs < this.options.groupsForMs) return known;
    const groups = groupOnRoad(standings.flatMap((standing) => this.#onRoad(standing, nowMs)));
    this.#groups = { ...groups, atMs: nowMs };
    return groups;
  }

  /**
   * What the field says of what is left changes slowly, and costs some milliseconds. Whoever drove or left out a part
   * of the way says nothing of how it is run: a few of them make every interval too wide.
   */
  #forecastOf(standings: readonly Standing[], nowMs: number): Forecast {
    const key = `${this.#race.version} ${Math.floor(nowMs / FORECAST_EVERY_MS)}`;
    if (key !== this.#forecast?.key) {
      const run = standings.filter(({ projectedMs, athlete }) => !Number.isNaN(projectedMs) && !athlete.isSuspected);
      const field = run.map(pacedOf);
      this.#forecast = { key, of: new Forecast(field, this.#effort, this.#way.finishM) };
    }
    return this.#forecast.of;
  }

  #onRoad({ athlete, status, placeM }: Standing, nowMs: number): OnRoad[] {
    const { seen } = athlete;
    if (status !== 'running' || seen === null || nowMs - seen.atMs > this.options.silentAfterMs) return [];
    const aheadMs = Math.max(0, Math.min(MAX_AHEAD_MS, nowMs - seen.atMs));
    const positionM = Math.min(this.#way.finishM, placeM + (seen.speedMps * aheadMs) / 1_000);
    return [{ bib: athlete.bib, positionM: Math.round(positionM * 10) / 10, speedMps: seen.speedMps }];
  }

  #groundOf({ sport, course }: Race): ReviewGround {
    const { passages, finishM } = this.#way;
    const line = course === null ? null : createCourseLine(course);
    return { line, effort: this.#effort, passages, finishM, records: recordsOf(sport), isOnFoot: isOnFoot(sport) };
  }

  #enter(): void {
    const gunTimes = new Map(this.#race.waves.map(({ id, gunTimeMs }) => [id, gunTimeMs]));
    const bibs = new Set<string>();
    for (const starter of this.#race.starters) {
      bibs.add(starter.bib);
      const gunTimeMs = gunTimeOf(starter, gunTimes);
      const athlete = this.#athletes.get(starter.bib);
      if (athlete === undefined) this.#athletes.set(starter.bib, new BoardAthlete(starter, gunTimeMs, this.#way));
      else athlete.follow(starter, gunTimeMs, this.#way);
    }
    for (const bib of this.#athletes.keys()) if (!bibs.has(bib)) this.#athletes.delete(bib);
  }
}

/** [] of whoever has not finished. */
function finishOf({ athlete, status, projectedMs }: Standing, clock: RankingClock): TimedFinish[] {
  const { finish, start, bib } = athlete;
  if (status !== 'finished' || finish === null) return [];
  const startSigmaMs = clock === 'chip' ? (start?.sigmaMs ?? 0) : 0;
  const isEstimate = finish.status === 'estimated' || (clock === 'chip' && start?.status === 'estimated');
  return [{ bib, elapsedMs: projectedMs, sigmaMs: Math.hypot(finish.sigmaMs, startSigmaMs), isEstimate }];
}

function wayOf(race: Race): RaceWay {
  const passages = passagesOf(race);
  const finishM = passages.finish?.positionM ?? passages.all.at(-1)?.positionM ?? 0;
  return { passages, finishM, startM: passages.start?.positionM ?? 0, grid: gridFor(Math.max(1, finishM)) };
}

function gunTimeOf({ bib, wave }: Starter, gunTimes: ReadonlyMap<string, number>): number {
  const gunTimeMs = gunTimes.get(wave);
  if (gunTimeMs === undefined) throw new RangeError(`the wave of ${bib} is none of the race: ${wave}`);
  return gunTimeMs;
}

function entriesOf({ findings, decisions }: BoardAthlete): ReviewEntry[] {
  return [...findings.values()].map((finding) => ({ ...finding, decision: decisions.get(finding.id) ?? null }));
}
