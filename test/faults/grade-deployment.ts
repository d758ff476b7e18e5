import { createTruth, type Truth } from '../../device-sim/truth.ts';
import { rowKey, type SampleRow } from '../../processors/batch-rows.ts';
import { naiveRollUps } from '../../processors/roll-ups/naive-roll-ups.ts';
import { type Ledger, readLedger } from '../../runtime/ledger.ts';
import type { Platform } from '../../runtime/nats/platform.ts';
import type { LogMessage, MessageLog } from '../../runtime/stream/stream.ts';
import { kindOf } from '../../schemas/channels.ts';
import { type DeadFound, readDead } from '../model/dead.ts';
import type { recordFrames } from '../model/recorder.ts';
import { judgeDead, judgeLedger, judgeRollUps, judgeStore } from '../model/verdict.ts';
import type { Deployment } from './deployment.ts';
import { openClickHouse, openQuestDb } from './stores.ts';

export interface GradeDeps {
  readonly deployment: Deployment;
  readonly platform: Platform;
  readonly frames: MessageLog;
  readonly recorder: ReturnType<typeof recordFrames>;
  readonly truth: Truth;
  /** What the names of the truth's devices begin with; others share the deployment. */
  readonly prefix: string;
  /** By store: what batches hold that it was told to refuse. */
  readonly poisons: Readonly<Record<'questdb' | 'clickhouse', readonly Buffer[]>>;
  /** Everything is older than the hot store keeps. */
  readonly isExpired?: boolean;
  /** Longest wait until nothing is on its way any more. */
  readonly settleTimeoutMs?: number;
}

const SETTLE_TIMEOUT_MS = 120_000;
const LOOK_EVERY_MS = 500;

/** Waits, within a bound, until nothing is on its way any more, then holds everything that is stored to the truth. */
export async function gradeDeployment(deps: GradeDeps) {
  const { deployment, platform, frames, recorder, truth, prefix, poisons, isExpired = false } = deps;
  const untilSettled = (whatIsLeft: () => Promise<string[]>) =>
    settle(whatIsLeft, deps.settleTimeoutMs ?? SETTLE_TIMEOUT_MS);
  const questdb = await openQuestDb(deployment.questdbUrl);
  const clickhouse = openClickHouse(deployment.clickhouseUrl);
  const kv = await platform.ledger();
  try {
    let ledger: Ledger | undefined;
    const unsettled = await untilSettled(async () => {
      ledger = await readLedger({ kv, stores: [questdb.ledger, clickhouse.ledger] });
      return [
        ...(await whatIsUndrained(frames)),
        ...judgeLedger(ledger),
        ...(await questdb.behind()).map(([table]) => `QuestDB is behind with ${table}`),
      ];
    });

    const isPoison = ({ data }: LogMessage) =>
      [...poisons.questdb, ...poisons.clickhouse].some((bytes) => Buffer.from(data).includes(bytes));
    const dead = ownOf(await readDead(await platform.dead(), platform.names, truth, isPoison), prefix);
    const buried = judgeDead(truth, dead);
    const hot = await judgeStore(
      'questdb',
      questdb.rows(prefix),
      isExpired ? createTruth({ keep: 'rows' }) : truth,
      dead,
    );
    const historyRows: SampleRow[] = [];
    for await (const row of clickhouse.rows(prefix)) historyRows.push(row);
    const history = await judgeStore('clickhouse', historyRows, truth, dead);
    // What the history refused was folded in all the same: roll-ups are made from the stream.
    const refused = (dead.refusedRows.get('clickhouse') ?? []).filter(({ device }) => device.startsWith(prefix));
    const folded = new Map([...refused, ...historyRows].map((row) => [rowKey(row), row]));
    // RR intervals and events are rows of their own and not rolled up.
    const expected = naiveRollUps([...folded.values()].filter(({ source }) => kindOf(source) === 'samples'));
    const wrongRollUps = await untilSettled(async () =>
      judgeRollUps(await clickhouse.rollUps(prefix), expected, recorder.contested),
    );

    return {
      breaches: [...unsettled, ...buried.breaches, ...hot.breaches, ...history.breaches, ...wrongRollUps],
      counts: {
        rowsQuestdb: hot.differences.rows,
        rowsClickhouse: history.differences.rows,
        accepted: ledger?.stores[0].accepted ?? 0,
        writtenQuestdb: ledger?.stores[0].written ?? 0,
        writtenClickhouse: ledger?.stores[1].written ?? 0,
        deadLetters: dead.letters.length,
        refusedFrames: [...dead.refusedBy.values()].reduce((sum, frames) => sum + ownIn(frames, prefix), 0),
        expired: ledger?.stores[0].expired ?? 0,
        conflictsForgotten: buried.differences.forgottenConflicts,
        contestedBuckets: recorder.contested.size,
        rollUps: expected.size,
        framesTrimmed: (await frames.info()).firstSeq - 1,
      },
    };
  } finally {
    await questdb.close();
    await clickhouse.close();
  }
}

/** Without what other fleets left; what they refused says nothing about these devices. */
function ownOf(dead: DeadFound, prefix: string): DeadFound {
  return { ...dead, letters: dead.letters.filter(({ device }) => device.startsWith(prefix)) };
}

const ownIn = (frames: ReadonlySet<string>, prefix: string) =>
  [...frames].filter((frame) => frame.startsWith(prefix)).length;

/** Asks until nothing is left, or the time is over; returns what is left then. What is out of reach may come back. */
async function settle(whatIsLeft: () => Promise<string[]>, timeoutMs: number): Promise<string[]> {
  const untilMs = Date.now() + timeoutMs;
  for (;;) {
    let left: string[];
    try {
      left = await whatIsLeft();
    } catch (error) {
      left = [`could not be asked: ${error}`];
    }
    if (left.length === 0 || Date.now() > untilMs) return left;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

async function whatIsUndrained(frames: MessageLog): Promise<string[]> {
  const left: string[] = [];
  for (const sink of ['questdb', 'clickhouse']) {
    const position = await frames.durablePosition(sink);
    const isDrained = position !== null && position.pendingMessages + position.unackedMessages === 0;
    if (!isDrained) left.push(`${sink} has not acknowledged everything: ${JSON.stringify(position)}`);
  }
  return left;
}
