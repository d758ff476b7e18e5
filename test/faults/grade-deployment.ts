import type { Truth } from '../../device-sim/truth.ts';
import type { SampleRow } from '../../processors/batch-rows.ts';
import { naiveRollUps } from '../../processors/roll-ups/naive-roll-ups.ts';
import { type Ledger, readLedger } from '../../runtime/ledger.ts';
import type { Platform } from '../../runtime/nats/platform.ts';
import type { MessageLog } from '../../runtime/stream/stream.ts';
import { kindOf } from '../../schemas/channels.ts';
import { readDead } from '../model/dead.ts';
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
}

const SETTLE_TIMEOUT_MS = 120_000;
const LOOK_EVERY_MS = 500;

/** Waits, within a bound, until nothing is on its way any more, then holds everything that is stored to the truth. */
export async function gradeDeployment({ deployment, platform, frames, recorder, truth }: GradeDeps) {
  const questdb = await openQuestDb(deployment.questdbUrl);
  const clickhouse = openClickHouse(deployment.clickhouseUrl);
  const kv = await platform.ledger();
  try {
    let ledger: Ledger | undefined;
    const unsettled = await settle(async () => {
      ledger = await readLedger({ kv, stores: [questdb.ledger, clickhouse.ledger] });
      return [
        ...(await whatIsUndrained(frames)),
        ...judgeLedger(ledger),
        ...(await questdb.behind()).map(([table]) => `QuestDB is behind with ${table}`),
      ];
    });

    const dead = await readDead(await platform.dead(), platform.names, truth);
    const buried = judgeDead(truth, dead);
    const hot = await judgeStore('questdb', questdb.rows(), truth, dead);
    const historyRows: SampleRow[] = [];
    for await (const row of clickhouse.rows()) historyRows.push(row);
    const history = await judgeStore('clickhouse', historyRows, truth, dead);
    // RR intervals and events are rows of their own and not rolled up.
    const expected = naiveRollUps(historyRows.filter(({ source }) => kindOf(source) === 'samples'));
    const wrongRollUps = await settle(async () =>
      judgeRollUps(await clickhouse.rollUps(), expected, recorder.contested),
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

/** Asks until nothing is left, or the time is over; returns what is left then. What is out of reach may come back. */
async function settle(whatIsLeft: () => Promise<string[]>): Promise<string[]> {
  const untilMs = Date.now() + SETTLE_TIMEOUT_MS;
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
