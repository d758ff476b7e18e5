import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { zstdDecompressSync } from 'node:zlib';
import type { LogMessage } from '../../runtime/stream/stream.ts';
import { SPORTS } from '../../schemas/events.ts';
import type { SensorFrame } from '../../schemas/frame/encode.ts';
import { createNames } from '../../schemas/names.ts';
import { logMessage } from '../batches-for-tests.ts';
import { createReadBatch } from '../read-batch.ts';
import { CheckpointError } from './metrics/checkpoint.ts';
import { DEFAULT_ACTIVITY_OPTIONS } from './options.ts';
import { ShardActivities } from './shard-activities.ts';

const START_MS = 1_790_000_000_000;
const FRAME_S = 50;
const ATHLETES = ['ada', 'ben', 'cy'];
const settings = {
  version: 4,
  body: [{ from: '2000-01-01', restingHeartRateBpm: 50 }],
  heart: [{ from: '2000-01-01', maxHeartRateBpm: 190 }],
  thresholds: [{ from: '2000-01-01', sports: [...SPORTS], ftpW: 250 }],
};
const read = createReadBatch(createNames());

function rideOf(device: string, fromS: number): SensorFrame {
  const seconds = Array.from({ length: FRAME_S }, (_, i) => fromS + i);
  return {
    device,
    boot: '00000000000000b1',
    seq: 1 + fromS,
    source: 'gps',
    timesMs: seconds.map((second) => START_MS + 1_000 * second),
    columns: {
      latitude: seconds.map((second) => 450_000_000 + 700 * second),
      longitude: seconds.map(() => 140_000_000),
      speed: seconds.map((second) => 7_000 + (second % 11) * 100),
      power: seconds.map((second) => 150 + ((second * device.length) % 120)),
    },
  };
}

/** Everybody rides for that long; each message holds a frame of each athlete whom `rides` wants. */
function messagesOf(seconds: number, rides = (_athlete: string, _fromS: number) => true): LogMessage[] {
  return Array.from({ length: Math.floor(seconds / FRAME_S) }, (_, i) => {
    const fromS = i * FRAME_S;
    const frames = ATHLETES.filter((athlete) => rides(athlete, fromS)).map((athlete) => rideOf(athlete, fromS));
    return { ...logMessage({ frames, batch: i + 1 }, i + 1), timeMs: START_MS + 1_000 * (fromS + FRAME_S) };
  });
}

type Parts = Map<string, Uint8Array>;
const open = (kept: Parts, options = {}) =>
  new ShardActivities({ ...DEFAULT_ACTIVITY_OPTIONS, ...options }, { of: () => settings, revisionOf: () => 1 }, kept);

function fold(state: ShardActivities, message: LogMessage): void {
  const found = read(message);
  state.passTo(message.timeMs, message.seq);
  if (found.type === 'batch' && found.batch !== null) state.fold(found.batch, message.seq);
}

/** What the checkpoint wrote. */
function keep(state: ShardActivities, parts: Parts): Map<string, Uint8Array | null> {
  const dirty = state.takeDirty();
  for (const [part, value] of dirty) {
    if (value === null) parts.delete(part);
    else parts.set(part, value);
  }
  return dirty;
}

const nameOf = (athlete: string) => `athlete of ${athlete}`;
const shown = (state: ShardActivities) => ATHLETES.map((athlete) => state.live(nameOf(athlete)));

describe('athletes in a checkpoint', () => {
  test('go on as if nothing had been, from whichever checkpoint', () => {
    const parts: Parts = new Map();
    const whole = open(new Map());
    let broken = open(parts);
    for (const message of messagesOf(3_000)) {
      fold(whole, message);
      fold(broken, message);
      keep(broken, parts);
      broken = open(new Map(parts));
      assert.deepEqual(shown(broken), shown(whole));
    }
    assert.ok(shown(whole).every((activity) => (activity?.metrics?.moving_s.value ?? 0) > 2_800));
  });

  test('have their seconds written once, and the rest of them when they did something', () => {
    const parts: Parts = new Map();
    const state = open(parts);
    const written = { heads: 0, blocks: 0 };
    const messages = messagesOf(3_000, (athlete, fromS) => athlete !== 'cy' || fromS < 1_000);
    for (const message of messages) {
      fold(state, message);
      const changed = [...keep(state, parts)].filter(([, value]) => value !== null).map(([part]) => part);
      written.heads += changed.filter((part) => part.startsWith('heads-')).length;
      written.blocks += changed.filter((part) => part.startsWith('blocks-')).length;
    }
    // Distance and power fill a block every 512 s, in step with each other and for all athletes.
    assert.deepEqual(written, { heads: messages.length, blocks: Math.floor(2_998 / 512) });
    assert.deepEqual([...keep(state, parts).keys()], []);
  });

  test('are gone with all their seconds when they are forgotten, and so are the seconds of what ended', () => {
    const parts: Parts = new Map();
    const state = open(parts, { maxAthletes: 1 });
    const messages = messagesOf(2_400, (athlete, fromS) => (athlete === 'ada') === fromS < 1_200);
    for (const message of messages) {
      fold(state, message);
      keep(state, parts);
    }
    const again = open(new Map(parts), { maxAthletes: 1 });
    assert.deepEqual([...again.active.keys(), ...again.resting.keys()].length, 2, 'the two of the last message');
    fold(again, { ...messages[0], seq: 100, timeMs: START_MS + 3 * 3_600_000, header: () => 'tick' });
    keep(again, parts);
    assert.deepEqual([...open(new Map(parts)).resting.keys()].length, 1);
  });

  test('leave no byte behind once they were silent for long, however much is kept of others', () => {
    const parts: Parts = new Map();
    const state = open(parts, { forgetMs: 1_000_000 });
    const isThere = (athlete: string) =>
      [...parts].some(([part, bytes]) => {
        const found = part === 'unwritten' ? Buffer.from(bytes) : zstdDecompressSync(bytes);
        return found.includes(nameOf(athlete)) || found.includes(`"${athlete}"`);
      });
    const seen: string[][] = [];
    for (const message of messagesOf(3_000, (athlete, fromS) => athlete !== 'ada' || fromS < 600)) {
      fold(state, message);
      state.written(state.unwritten);
      keep(state, parts);
      seen.push(ATHLETES.filter(isThere));
    }
    const silentMs = (i: number) => (i + 1) * FRAME_S * 1_000 - 600_000;
    assert.deepEqual(
      seen,
      seen.map((_, i) => (silentMs(i) < 1_000_000 ? ATHLETES : ['ben', 'cy'])),
    );
    assert.deepEqual([...state.active.keys(), ...state.resting.keys()], ['ben', 'cy'].map(nameOf));
  });

  test('are an error when a part is missing or damaged', () => {
    const parts: Parts = new Map();
    const state = open(parts);
    for (const message of messagesOf(1_200)) fold(state, message);
    keep(state, parts);
    assert.deepEqual([...parts.keys()].sort(), ['blocks-1', 'blocks_index', 'heads-1', 'heads_index']);
    for (const [part, bytes] of parts) {
      const others = new Map([...parts].filter(([name]) => name !== part));
      assert.throws(() => open(others), CheckpointError, `without ${part}`);
      const wrong = bytes.slice();
      wrong[wrong.length >> 1] ^= 0x04;
      assert.throws(() => open(new Map(parts).set(part, wrong)), CheckpointError, `${part} with a wrong byte`);
    }
    const blocksOnly = new Map([...parts].filter(([name]) => name.startsWith('blocks')));
    assert.throws(() => open(blocksOnly), CheckpointError);
    const headsOnly = new Map([...parts].filter(([name]) => name.startsWith('heads')));
    assert.throws(() => open(headsOnly), CheckpointError);
  });
});
