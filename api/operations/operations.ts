import type { Clock } from '../../runtime/clock.ts';
import { isBalanced, type StoreLedger } from '../../runtime/ledger.ts';
import type { Logger } from '../../runtime/log.ts';
import type { SubjectCounts } from '../../runtime/nats/subject-counts.ts';
import type { TurnedAwayLedger } from '../../runtime/turned-away.ts';
import type { Names } from '../../schemas/names.ts';
import type {
  Account,
  Connections,
  ConsumerLag,
  DeadLetterCounts,
  EngineName,
  EngineState,
  Flow,
  FlowName,
  Operations,
} from '../../schemas/operations.ts';
import { createAsking, type Said } from './asking.ts';
import type { EngineAnswer } from './engine-answers.ts';
import { createFlowReadings } from './flow.ts';

export interface OperationsDeps {
  /** Each must end by itself, and throws when it cannot say. */
  readonly read: {
    engine: Record<EngineName, () => Promise<EngineAnswer>>;
    consumers(): Promise<ConsumerLag[]>;
    /** Samples, however the stores are. */
    accepted(): Promise<number>;
    /** Of each store by itself: one that is away hides nothing of the other. */
    account: Record<Account['store'], () => Promise<StoreLedger>>;
    turnedAway(): Promise<TurnedAwayLedger>;
    deadLetters(): Promise<SubjectCounts>;
    connections(): Promise<Connections>;
  };
  readonly names: Names;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Pages ask every two seconds: who asks together is told the same. */
const EVERY_MS = 1_000;
/** An engine that has not answered by then is shown as silent. */
const PATIENCE_MS = 1_500;
/** Sums over a whole ledger, and over all dead letters, may take a tenth of the time. */
const DEAR_REST_TIMES = 9;
/** Holders count what was accepted every few seconds, so a store may be ahead of the count by what it wrote since. */
const COUNTED_WITHIN_MS = 15_000;

/**
 * How the platform stands: asked of NATS and the stores when somebody wants to know, each by itself, so that one that
 * is away is shown as away and hides nothing else. Nothing is asked while nobody looks.
 */
export function createOperations({ read, names, clock, log }: OperationsDeps): () => Promise<Operations> {
  const own = { clock, log, everyMs: EVERY_MS, patienceMs: PATIENCE_MS };
  const asking = <T>(name: string, ask: () => Promise<T>, restTimes = 0) =>
    createAsking({ ...own, name, ask, restTimes });
  const engines = {
    nats: asking('NATS', () => read.engine.nats()),
    questdb: asking('QuestDB', () => read.engine.questdb()),
    clickhouse: asking('ClickHouse', () => read.engine.clickhouse()),
  };
  const accounts = {
    questdb: asking("QuestDB's ledger", () => read.account.questdb(), DEAR_REST_TIMES),
    clickhouse: asking("ClickHouse's ledger", () => read.account.clickhouse(), DEAR_REST_TIMES),
  };
  const consumers = asking('the consumers', () => read.consumers());
  const accepted = asking('the count of what was accepted', () => read.accepted());
  const turnedAway = asking('the count of what was turned away', () => read.turnedAway());
  const deadLetters = asking('the dead letters', () => read.deadLetters(), DEAR_REST_TIMES);
  const connections = asking('who counts connections', () => read.connections());
  const flows = {
    accepted: createFlowReadings(),
    questdb: createFlowReadings(),
    clickhouse: createFlowReadings(),
  };

  async function engine(name: EngineName): Promise<EngineState> {
    return engineState(name, await engines[name]());
  }

  async function account(store: Account['store']): Promise<Account> {
    const said = await accounts[store]();
    if (said.state !== 'known') return { store, ledger: null };
    const { store: _store, ...ledger } = said.value;
    // Readings are on the monotonic clock, so that a step of the wall clock is no leap of the flow.
    flows[store].note(said.atMs, ledger.written);
    const newest = ledger.written - (flows[store].at(said.atMs - COUNTED_WITHIN_MS) ?? 0);
    const balanced = ledger.balanced || isBalanced(ledger, newest);
    return { store, ledger: { ...ledger, balanced } };
  }

  async function noteAccepted(): Promise<void> {
    const said = await accepted();
    if (said.state === 'known') flows.accepted.note(said.atMs, said.value);
  }

  function flow(name: FlowName): Flow {
    const offMs = clock.nowMs() - clock.monotonicMs();
    const recent = flows[name]
      .recent()
      .map(({ atMs, perS }) => ({ atMs: Math.round(atMs + offMs), perS: tenths(perS) }));
    const { perS, overMs } = flows[name].rate();
    return { flow: name, perS: perS === null ? null : tenths(perS), overMs: Math.round(overMs), recent };
  }

  return async () => {
    const [states, lags, ledgers, turned, dead, connected] = await Promise.all([
      Promise.all((['nats', 'questdb', 'clickhouse'] as const).map(engine)),
      consumers(),
      Promise.all((['questdb', 'clickhouse'] as const).map(account)),
      turnedAway(),
      deadLetters(),
      connections(),
      noteAccepted(),
    ]);
    const away = knownOf(turned);
    const letters = knownOf(dead);
    return {
      atMs: clock.nowMs(),
      engines: states,
      flows: (['accepted', 'questdb', 'clickhouse'] as const).map(flow),
      consumers: knownOf(lags),
      accounts: ledgers,
      turnedAway: away && { refused: away.refused, shed: away.shed },
      deadLetters: letters && countByReason(letters, names),
      connections: knownOf(connected) ?? { devices: null, ingests: 0, silentIngests: 0, nats: null },
    };
  };
}

const knownOf = <T>(said: Said<T>): T | null => (said.state === 'known' ? said.value : null);
const tenths = (value: number) => Math.round(10 * value) / 10;

function engineState(engine: EngineName, said: Said<EngineAnswer>): EngineState {
  if (said.state !== 'known') {
    return { engine, health: said.state === 'silent' ? 'silent' : 'down', version: null, tookMs: null };
  }
  const { version, isWell } = said.value;
  return { engine, health: isWell ? 'up' : 'unwell', version, tookMs: tenths(said.tookMs) };
}

/** The device in the subject is left out; what is no subject of ours has no reason. */
function countByReason({ messages, subjects }: SubjectCounts, names: Names): DeadLetterCounts {
  if (subjects === null) return { messages, reasons: null };
  const reasons: Record<string, number> = {};
  for (const [subject, count] of subjects) {
    const reason = names.parseDead(subject)?.reason;
    if (reason !== undefined) reasons[reason] = (reasons[reason] ?? 0) + count;
  }
  return { messages, reasons };
}
