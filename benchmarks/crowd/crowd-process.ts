/** Some thousands who watch a race, in a process of their own that does what its parent says (`crowd.ts`). */
import { setTimeout as delay } from 'node:timers/promises';
import { constants, inflateRawSync } from 'node:zlib';
import { createLatencyHistogram } from '../../runtime/latency.ts';
import type { CrowdAnswer, CrowdOrder, CrowdPlan, CrowdSeen } from './crowd.ts';
import { Watcher } from './watcher.ts';

/** Connections opened at once: a server's queue of those that it has not looked at yet is not endless. */
const OPENING_AT_ONCE = 64;
/** Of so many one tells how old what it is told is: reading the moment costs more than counting. */
const AGED_EVERY = 20;
const CATCH_UP_MS = 30_000;
const LOOK_EVERY_MS = 100;
/** What packed messages begin with (`api/races/packed-message.ts`): those of the first so many. */
const PACKED_MARK = 1;
/** Where the name of a view begins in a delta, after `{"type":"delta","view":"`; and its type. */
const VIEW_AT = 24;
const TYPE_AT = 9;
const [DELTA, SNAPSHOT, TOP] = ['d', 's', 't'].map((letter) => letter.charCodeAt(0));

interface One {
  readonly watcher: Watcher;
  readonly isSlow: boolean;
  /** Deltas of the first so many. */
  updates: number;
  snapshots: number;
  newestMs: number;
}

let all: One[] = [];
let ages = createLatencyHistogram();
let fromMs = 0;

const answer = (message: CrowdAnswer) => void process.send?.(message);

process.on('message', (order: CrowdOrder) => {
  act(order).catch((error: unknown) => answer({ trouble: error instanceof Error ? error.message : String(error) }));
});
process.once('disconnect', () => process.exit());

async function act(order: CrowdOrder): Promise<void> {
  if (order.order === 'open') return answer(await open(order.plan));
  if (order.order === 'measure') return measure();
  if (order.order === 'tell') return answer(seen());
  answer(await catchUp());
}

async function open(plan: CrowdPlan): Promise<CrowdAnswer> {
  const refused: Record<string, number> = {};
  let next = 0;
  async function openInTurn(): Promise<void> {
    for (let i = next++; i < plan.watchers; i = next++) {
      const one = oneOf(plan, i);
      try {
        await one.watcher.opened;
        all.push(one);
      } catch (error) {
        const why = (error as Error).message;
        refused[why] = (refused[why] ?? 0) + 1;
      }
    }
  }
  await Promise.all(Array.from({ length: OPENING_AT_ONCE }, openInTurn));
  return { opened: all.length, refused };
}

function oneOf({ choices, slowEvery, slowChoice, ...place }: CrowdPlan, i: number): One {
  const isSlow = slowEvery > 0 && i % slowEvery === slowEvery - 1;
  const isAged = !isSlow && i % AGED_EVERY === 0;
  const watcher = new Watcher({ ...place, choice: isSlow ? slowChoice : choices[i % choices.length] }, (head) => {
    const isPacked = head[0] === PACKED_MARK;
    const isUpdate = isPacked || (head[TYPE_AT] === DELTA && head[VIEW_AT] === TOP);
    if (isUpdate) one.updates++;
    if (!isSlow && !(isAged && isUpdate)) return;
    const begin = isPacked ? unpackedBegin(head) : head;
    if (begin[TYPE_AT] === SNAPSHOT) one.snapshots++;
    one.newestMs = momentIn(begin);
    if (isAged) ages.record(Math.max(0, Date.now() - one.newestMs));
  });
  const one: One = { watcher, isSlow, updates: 0, snapshots: 0, newestMs: 0 };
  return one;
}

/** What the begin of a packed message says, which is enough for its own begin. */
function unpackedBegin(head: Buffer): Buffer {
  return inflateRawSync(head.subarray(1), { finishFlush: constants.Z_SYNC_FLUSH });
}

/** `"atMs":1800000000000` stands near the begin. */
function momentIn(head: Buffer): number {
  return Number(/"atMs":(\d+)/.exec(head.toString('latin1'))?.[1] ?? Number.NaN);
}

/** Counts from now on; some stop reading. */
function measure(): void {
  ages = createLatencyHistogram();
  for (const one of all) {
    one.updates = 0;
    one.watcher.bytes = 0;
    one.watcher.messages = 0;
    one.snapshots = 0;
    if (one.isSlow) one.watcher.stopReading();
  }
  fromMs = performance.now();
}

function seen(): CrowdSeen {
  const tookS = (performance.now() - fromMs) / 1_000;
  const readers = all.filter(({ isSlow }) => !isSlow);
  const sum = (of: (one: One) => number) => readers.reduce((total, one) => total + of(one), 0);
  const lost: Record<string, number> = {};
  for (const { watcher } of readers) if (watcher.lost !== null) lost[watcher.lost] = (lost[watcher.lost] ?? 0) + 1;
  return {
    readers: readers.length,
    bytesPerS: sum(({ watcher }) => watcher.bytes) / tookS,
    messagesPerS: sum(({ watcher }) => watcher.messages) / tookS,
    updatesPerS: readers.map(({ updates }) => updates / tookS),
    lost,
    ageMs: { measured: ages.count, p50: ages.quantileMs(0.5), p99: ages.quantileMs(0.99) },
  };
}

/**
 * Those who did not read read again, and wait for something that is newer than that, unless they were cut off: who
 * reads nothing for a minute answers no ping.
 */
async function catchUp(): Promise<CrowdAnswer> {
  const slow = all.filter(({ isSlow }) => isSlow);
  const resumedMs = Date.now();
  for (const { watcher } of slow) watcher.startReading();
  const isNew = ({ newestMs }: One) => newestMs >= resumedMs;
  const isCutOff = ({ watcher }: One) => watcher.lost !== null;
  const isSettled = (one: One) => isNew(one) || isCutOff(one);
  for (const untilMs = performance.now() + CATCH_UP_MS; !slow.every(isSettled) && performance.now() < untilMs; )
    await delay(LOOK_EVERY_MS);
  const caughtUp = slow.filter(isNew).length;
  const cutOff = slow.filter((one) => isCutOff(one) && !isNew(one)).length;
  // What they were too slow for was left out, and everything was sent anew.
  const leftOut = slow.filter(({ snapshots }) => snapshots > 0).length;
  for (const { watcher } of all) watcher.close();
  all = [];
  return { slow: slow.length, caughtUp, cutOff, leftOut };
}
