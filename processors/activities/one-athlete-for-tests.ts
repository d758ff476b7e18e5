import assert from 'node:assert/strict';
import { createManualClock } from '../../runtime/clock.ts';
import { createMemoryLogStore } from '../../runtime/stream/memory-stream.ts';
import type { AthleteSettings, StatedSettings } from '../../schemas/athlete-settings.ts';
import { kindOf } from '../../schemas/channels.ts';
import type { SensorFrame } from '../../schemas/frame/encode.ts';
import { BATCH_HEADERS, createNames } from '../../schemas/names.ts';
import { encodeRecomputeAsk } from '../../schemas/recompute-ask.ts';
import { rowKey, rowsOf, type SampleRow } from '../batch-rows.ts';
import { logMessage } from '../batches-for-tests.ts';
import { createActivities } from './activity-reducer.ts';
import type { Span } from './activity-store.ts';
import { ATHLETE, SHORT, START_MS } from './activity-stream.arbitrary.ts';
import { createMemoryGearTable } from './gear/memory-gear-store.ts';
import { createMemoryActivityTable } from './memory-activity-store.ts';
import { createMemoryRecordTable } from './records/memory-record-store.ts';

const names = createNames();

/** One holder of one athlete, whose sink takes every message at once. */
export function createOneAthlete() {
  const stored = new Map<string, SampleRow>();
  const table = createMemoryActivityTable(() => stored.values());
  const factStore = createMemoryLogStore(createManualClock(START_MS), {
    name: names.factsStream,
    subjects: [names.factsFilter],
    ...{ maxBytes: 0, duplicateWindowMs: 120_000, metadata: {}, replicas: 1 },
  });
  let settings: AthleteSettings = { version: 0 };
  let seq = 0;
  let nowMs = START_MS;
  const { reducers } = createActivities({
    store: table.open(),
    records: createMemoryRecordTable(() => table.records()).open(),
    gear: createMemoryGearTable().open(),
    facts: factStore.open(),
    names,
    sinkPosition: async () => seq,
    settings: { of: () => settings, revisionOf: () => settings.version },
    onRecomputeFailed: (error) => assert.fail(String(error)),
    options: SHORT,
  });
  let reducer = reducers.create(0, new Map());

  function tick(data: Uint8Array = new Uint8Array(0)): void {
    const header = (name: string) => (name === BATCH_HEADERS.kind ? 'tick' : '');
    reducer.apply({ subject: names.frames(0), seq: ++seq, timeMs: nowMs, data, header });
  }

  return {
    table,
    send(frame: SensorFrame) {
      const kind = kindOf(frame.source);
      const sent = logMessage({ frames: [frame], batch: seq + 1, athlete: ATHLETE }, ++seq);
      const message = { ...sent, timeMs: nowMs };
      nowMs = Math.max(nowMs, frame.timesMs.at(-1) as number);
      for (const row of rowsOf({ kind, payload: message.data })) stored.set(rowKey(row), row);
      reducer.apply({ ...message, timeMs: nowMs });
    },
    /** What whoever changes settings does: states them, and asks to find the span again by them. */
    state(stated: StatedSettings, span: Span) {
      settings = { version: settings.version + 1, ...stated };
      tick(encodeRecomputeAsk({ athlete: ATHLETE, ...span, settingsVersion: settings.version }));
    },
    settings: () => settings,
    rows: () => [...stored.values()],
    /** Another process takes over, which knows nothing of the athlete's devices any more. */
    forget() {
      reducer = reducers.create(0, new Map());
    },
    async settle() {
      for (let round = 0; round < 6; round++) {
        nowMs += 30_000;
        tick();
        await reducer.emit({ epoch: 1, seq, signal: new AbortController().signal });
      }
    },
  };
}
