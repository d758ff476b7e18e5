import { type Bus, type BusMessage, BusTimeoutError, NoRespondersError, type Subscription } from '../../runtime/bus.ts';
import type { Clock, Timer } from '../../runtime/clock.ts';
import type { Holder } from '../../runtime/holder/holder.ts';
import { type KeyValue, KvUnavailableError } from '../../runtime/kv/kv.ts';
import type { Logger } from '../../runtime/log.ts';
import type { Service } from '../../runtime/service.ts';
import type { BoardRow, BoardView } from '../../schemas/board.ts';
import {
  encodeBoardAsk,
  encodeSplits,
  MAX_FINDINGS_PER_MESSAGE,
  type PastQuestion,
  type ReviewsAnswer,
  readBoardQuestion,
} from '../../schemas/board-message.ts';
import { keys, type Names } from '../../schemas/names.ts';
import { encodeProgress, readProgressAnswer, readProgressTick } from '../../schemas/progress.ts';
import { splitsOf, wayOfAthlete } from './board/athlete-way.ts';
import type { RaceBoard } from './board/board.ts';
import { BoardPublisher } from './board-publisher.ts';
import type { Boards } from './board-reducer.ts';
import type { HeldRace } from './held-race.ts';
import { createPastBoards } from './past-boards.ts';
import type { Previews } from './preview/previews.ts';
import { removeTopicBoard, TopicBoard } from './topic-board.ts';

export interface BoardServiceDeps {
  readonly boards: Boards;
  readonly holder: Pick<Holder, 'held'>;
  readonly bus: Bus;
  /** The bucket BOARDS. */
  readonly kv: KeyValue;
  readonly names: Names;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly previews: Previews;
  readonly options?: Partial<BoardServiceOptions>;
}

export interface BoardServiceOptions {
  /** How often it is looked whether there is anything to tell. */
  readonly lookIntervalMs: number;
  /** A turn ranks for so long, a twentieth of what the last view took, or a quarter of the time since the last turn. */
  readonly rankSliceMs: number;
  /** From one ranking of all to the next at least … */
  readonly leastGapMs: number;
  /** … and so many times as long as the last one took, so that a great one leaves room for all else … */
  readonly gapTimesTaken: number;
  /** … but no longer than this. */
  readonly mostGapMs: number;
  /** The same between two messages of those alone who moved meanwhile, at least and in times taken. */
  readonly leastMovedGapMs: number;
  readonly movedGapTimesTaken: number;
  /** When a live race of which nothing new is known is told of again. */
  readonly quietIntervalMs: number;
  /** From one question about missing progress to the next. */
  readonly askIntervalMs: number;
  readonly askTimeoutMs: number;
  /** How often the last board is put into the bucket, if it changed. */
  readonly keepIntervalMs: number;
  /** The same for what the topic of a board says. */
  readonly topicIntervalMs: number;
}

type Respond = BusMessage['respond'];

const NEVER = Number.NEGATIVE_INFINITY;
const MOST_SLICES = 20;
const LATE_SHARE = 4;
const DEFAULTS: BoardServiceOptions = {
  lookIntervalMs: 20,
  rankSliceMs: 5,
  leastGapMs: 100,
  gapTimesTaken: 8,
  mostGapMs: 2_000,
  leastMovedGapMs: 40,
  movedGapTimesTaken: 4,
  quietIntervalMs: 2_000,
  askIntervalMs: 1_000,
  askTimeoutMs: 500,
  keepIntervalMs: 5_000,
  topicIntervalMs: 1_000,
};

export interface BoardService extends Service {
  /** For metrics: races that this process shows, and how long the last board took to reckon and tell, ms. */
  shownRaces(): number;
  turnMs(): number;
}

/** A view on its way, some of it in each turn. */
interface Ranking {
  readonly board: RaceBoard;
  readonly steps: Generator<readonly BoardRow[], BoardView | null>;
  tookMs: number;
}

/** One race that is shown in one term: its ticks come in, its board goes out. */
interface Shown {
  readonly race: HeldRace;
  readonly publisher: BoardPublisher;
  readonly topic: TopicBoard;
  readonly subscriptions: readonly Subscription[];
  view: BoardView | null;
  /** All are being ranked. */
  ranking: Ranking | null;
  /** When some of it was done last. */
  rankedMs: number;
  toldMs: number;
  /** From then on until all may be ranked again. */
  gapMs: number;
  /** When anything was told last, and until who moved may be told. */
  movedMs: number;
  movedGapMs: number;
  askedMs: number;
  keptMs: number;
  /** The write into the bucket that is under way: one at a time. */
  isKeeping: boolean;
}

/**
 * Shows the races of the slots that this process holds: takes their ticks, asks shards for what is missing, and sends
 * out each board soon after something changed. A race is shown from when its slot has read all facts, until the slot is
 * lost.
 */
export function createBoardService(deps: BoardServiceDeps): BoardService {
  const { boards, holder, bus, kv, names, clock, logger, previews } = deps;
  const options = { ...DEFAULTS, ...deps.options };
  const shown = new Map<string, Shown>();
  const past = createPastBoards(clock);
  let timer: Timer | null = null;
  let turnMs = 0;
  const ended = Promise.withResolvers<void>();

  function show(race: HeldRace, epoch: number): Shown {
    const publisher = new BoardPublisher(epoch);
    const ticks = bus.subscribe(names.progressFilter(race.id), ({ data }) => {
      const tick = readProgressTick(data);
      if (tick !== null && tick.race === race.id) race.tick(tick);
    });
    const questions = bus.subscribe(names.askBoard(race.id), ({ data, respond }) => {
      const question = readBoardQuestion(data);
      if (question?.ask === 'all') respond(encodeBoardAsk({ epoch, number: publisher.askAll() }));
      if (question === null || question.ask === 'all' || race.board === null) return;
      if (question.ask === 'reviews') return respond(encodeBoardAsk({ epoch, ...queueOf(race.board) }));
      if (question.ask === 'splits') {
        return respond(encodeSplits({ epoch, splits: splitsOf(race.board, question.bibs) }));
      }
      if (question.ask === 'preview') {
        return respond(encodeBoardAsk({ epoch, preview: previews.ask(race, race.board, question) }));
      }
      if (question.ask === 'past') return void tellPast(race, epoch, question, respond);
      const { ask, bib } = question;
      if (ask === 'way') return respond(encodeBoardAsk({ epoch, way: wayOfAthlete(race.board, bib) }));
      const gaps = race.board.gapsTo(bib, race.shownAtMs(clock.nowMs()));
      respond(encodeBoardAsk({ epoch, gaps: gaps && Object.fromEntries(gaps) }));
    });
    const subscriptions = [ticks, questions];
    return {
      race,
      publisher,
      topic: new TopicBoard(race.id, epoch, { kv, clock, logger, intervalMs: options.topicIntervalMs }),
      subscriptions,
      view: null,
      ranking: null,
      rankedMs: NEVER,
      isKeeping: false,
      toldMs: NEVER,
      gapMs: 0,
      movedMs: NEVER,
      movedGapMs: 0,
      askedMs: NEVER,
      keptMs: NEVER,
    };
  }

  async function tellPast(race: HeldRace, epoch: number, question: PastQuestion, respond: Respond): Promise<void> {
    try {
      respond(await past.answer(race, epoch, question));
    } catch (err) {
      logger.error({ err, race: race.id, atMs: question.atMs }, 'a past moment of a race cannot be reckoned');
    }
  }

  function hide(id: string): void {
    for (const subscription of shown.get(id)?.subscriptions ?? []) subscription.stop();
    shown.delete(id);
    const held = boards.find(id);
    // Not for everybody any more, while the slot is still held.
    const isNotPublic = held !== null && (held.board === null || held.board.race.state === 'draft');
    if (isNotPublic) void removeTopicBoard(id, { kv, logger });
  }

  /** Shows what is held and caught up, and hides the rest. */
  function follow(): void {
    const wanted = new Map<string, { race: HeldRace; epoch: number }>();
    for (const { shard: slot, epoch, isCaughtUp } of holder.held()) {
      if (!isCaughtUp) continue;
      for (const race of boards.inSlot(slot)) {
        if (race.board !== null && race.board.race.state !== 'draft') wanted.set(race.id, { race, epoch });
      }
    }
    for (const [id, { race, publisher }] of shown) {
      const now = wanted.get(id);
      if (now?.race !== race || now.epoch !== publisher.epoch) hide(id);
    }
    for (const [id, { race, epoch }] of wanted) if (!shown.has(id)) shown.set(id, show(race, epoch));
  }

  function turn(): void {
    follow();
    for (const one of shown.values()) {
      publish(one);
      const { race } = one;
      if (race.board?.race.state !== 'live' || clock.monotonicMs() - one.askedMs < options.askIntervalMs) continue;
      one.askedMs = clock.monotonicMs();
      for (const shard of race.intake.lacking()) void ask(race, shard);
    }
  }

  /**
   * All are ranked now and then, for that takes a great board long: a few milliseconds of it a turn. Whoever moved
   * meanwhile is told at once, in the places of before. A board without news is told of less often while it is live,
   * for its age, and for what time alone changes.
   */
  function publish(one: Shown): void {
    const { race, publisher } = one;
    const fromMs = clock.monotonicMs();
    // The race was changed in the middle of it, or came anew: that is news, and the view begins anew.
    if (one.ranking !== null && one.ranking.board !== race.board) one.ranking = null;
    const sinceMs = fromMs - one.toldMs;
    if (one.ranking === null && sinceMs >= one.gapMs) {
      const isDue = race.board?.race.state === 'live' && sinceMs >= options.quietIntervalMs;
      const hasNews = race.takeNews();
      if (race.board !== null && (hasNews || publisher.wantsAll || isDue)) {
        const { board } = race;
        const steps = board.viewInSteps(race.shownAtMs(clock.nowMs()));
        one.toldMs = fromMs;
        one.rankedMs = fromMs;
        one.ranking = { board, steps, tookMs: 0 };
      }
    }
    tellMoved(one, fromMs);
    if (one.ranking !== null) return rank(one, one.ranking);
    if (one.view !== null && race.board !== null) one.topic.offer(one.view, race.board.race);
    if (one.view === null || !publisher.hasNews || one.isKeeping || fromMs - one.keptMs < options.keepIntervalMs)
      return;
    one.keptMs = fromMs;
    void keep(one, publisher.snapshot(one.view));
  }

  function rank(one: Shown, ranking: Ranking): void {
    const fromMs = clock.monotonicMs();
    const lateMs = Math.min(options.mostGapMs, fromMs - one.rankedMs);
    const untilMs = fromMs + Math.max(options.rankSliceMs, turnMs / MOST_SLICES, lateMs / LATE_SHARE);
    one.rankedMs = fromMs;
    let view: BoardView | null | undefined;
    while (view === undefined && clock.monotonicMs() < untilMs) {
      const { done, value } = ranking.steps.next();
      if (done) view = value;
      else one.publisher.prepare(value);
    }
    if (view !== undefined) one.ranking = null;
    if (view === null) one.toldMs = NEVER;
    if (view) for (const message of one.publisher.messages(view)) bus.publish(names.board(one.race.id), message);
    const nowMs = clock.monotonicMs();
    ranking.tookMs += nowMs - fromMs;
    if (!view) return;
    one.view = view;
    turnMs = ranking.tookMs;
    one.gapMs = Math.min(options.mostGapMs, Math.max(options.leastGapMs, options.gapTimesTaken * turnMs));
    one.movedMs = nowMs;
  }

  function tellMoved(one: Shown, fromMs: number): void {
    const { board, id } = one.race;
    if (board === null || one.view === null || fromMs - one.movedMs < one.movedGapMs) return;
    const messages = one.publisher.moved(board.moved(one.race.shownAtMs(clock.nowMs()), one.publisher.shown));
    for (const message of messages) bus.publish(names.board(id), message);
    one.movedMs = fromMs;
    one.movedGapMs = Math.max(options.leastMovedGapMs, options.movedGapTimesTaken * (clock.monotonicMs() - fromMs));
  }

  /** Whoever holds the shard says from where on it tells of everybody. */
  async function ask({ id, intake }: HeldRace, shard: number): Promise<void> {
    try {
      const data = await bus.request(names.askProgress(shard), encodeProgress({ race: id }), options.askTimeoutMs);
      const answer = readProgressAnswer(data);
      if (answer !== null) intake.answered(shard, answer);
    } catch (error) {
      if (!(error instanceof NoRespondersError || error instanceof BusTimeoutError)) throw error;
      logger.debug({ err: error, race: id, shard }, 'nobody tells of the progress of a race; asking again');
    }
  }

  async function keep(one: Shown, parts: readonly Uint8Array[]): Promise<void> {
    one.isKeeping = true;
    try {
      for (const [part, bytes] of parts.entries()) await kv.put(keys.board(one.race.id, part), bytes);
    } catch (error) {
      if (!(error instanceof KvUnavailableError)) throw error;
      one.publisher.hasNews = true;
      logger.warn({ err: error, race: one.race.id }, 'the last board could not be kept; it is tried again');
    } finally {
      one.isKeeping = false;
    }
  }

  async function end(): Promise<void> {
    timer?.cancel();
    for (const id of [...shown.keys()]) hide(id);
    ended.resolve();
  }

  return {
    name: 'boards',
    async run(signal) {
      signal?.addEventListener('abort', () => void end(), { once: true });
      if (signal?.aborted) return;
      timer = clock.setRepeating(turn, options.lookIntervalMs);
      await ended.promise;
    },
    drain: end,
    stop: end,
    shownRaces: () => shown.size,
    turnMs: () => turnMs,
  };
}

function queueOf(board: RaceBoard): Omit<ReviewsAnswer, 'epoch'> {
  const all = board.findings();
  const findings = all.slice(0, MAX_FINDINGS_PER_MESSAGE);
  return { findings, leftOut: board.review.leftOut + all.length - findings.length };
}
