import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { zstdDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { CheckpointError } from './metrics/checkpoint.ts';
import { KeptRecord, Segments } from './segments.ts';

interface Item {
  readonly key: number;
  value: Uint8Array;
}

const MAX_SEGMENT_BYTES = 768 * 1024;
const decode = (bytes: Uint8Array): Item => ({ key: bytes[0], value: bytes.slice(1) });
const encode = ({ key, value }: Item) => Buffer.concat([Uint8Array.of(key), value]);

/** A shard's parts, and the records that lie in them. */
function createKept(parts = new Map<string, Uint8Array>()) {
  let encoded = 0;
  const segments = new Segments<Item>('things', (item) => {
    encoded++;
    return encode(item);
  });
  const records = new Map(segments.restore(parts, decode).map((record) => [record.item.key, record]));
  return {
    parts,
    put(key: number, value: Uint8Array) {
      const record = records.get(key) ?? new KeptRecord<Item>({ key, value });
      record.item.value = value;
      records.set(key, record);
      segments.put(record);
    },
    drop(key: number) {
      const record = records.get(key);
      if (record) segments.drop(record);
      records.delete(key);
    },
    erase: () => segments.erase(),
    checkpoint() {
      const dirty = segments.takeDirty();
      for (const [part, value] of dirty) {
        if (value === null) parts.delete(part);
        else parts.set(part, value);
      }
      return dirty;
    },
    encoded: () => encoded,
    /** The same, with changes between its steps: of a record whose value is then another one. */
    checkpointWhile(changes: readonly { key: number; length: number; after: number }[], round: number) {
      const steps = segments.takeDirtyInSteps();
      let taken = 0;
      for (let step = steps.next(); ; step = steps.next()) {
        for (const { key, length } of changes.filter(({ after }) => after === taken)) {
          const record = records.get(key);
          if (record === undefined || step.done) continue;
          segments.beforeChange(record);
          record.item.value = new Uint8Array(length).fill(round);
        }
        taken++;
        if (!step.done) continue;
        for (const [part, value] of step.value) {
          if (value === null) parts.delete(part);
          else parts.set(part, value);
        }
        return;
      }
    },
    values: () => new Map([...records].map(([key, { item }]) => [key, item.value]).sort() as [number, Uint8Array][]),
  };
}

const anyLength = fc.oneof({ weight: 8, arbitrary: fc.nat(20) }, fc.integer({ min: 0, max: 200_000 }));

const anyRound = fc.record({
  puts: fc.array(fc.record({ key: fc.nat(40), length: anyLength }), {
    maxLength: 12,
  }),
  drops: fc.array(fc.nat(40), { maxLength: 12 }),
  restores: fc.boolean(),
});

test('what is read back is what was put last and not dropped, in few parts, whatever was kept before', () => {
  fc.assert(
    fc.property(fc.array(anyRound, { maxLength: 20 }), (rounds) => {
      let kept = createKept();
      const wanted = new Map<number, Uint8Array>();
      rounds.forEach(({ puts, drops, restores }, round) => {
        for (const key of drops) {
          kept.drop(key);
          wanted.delete(key);
        }
        const last = new Map(puts.map((put) => [put.key, put]));
        for (const { key, length } of last.values()) {
          const value = new Uint8Array(length).fill(round);
          kept.put(key, value);
          wanted.set(key, value);
        }
        kept.checkpoint();
        if (restores) kept = createKept(new Map(kept.parts));
      });
      const again = createKept(new Map(kept.parts));
      assert.deepEqual(again.values(), new Map([...wanted].sort() as [number, Uint8Array][]));
      const bytes = [...wanted.values()].reduce((sum, { length }) => sum + length + 1, 0);
      // Two for each full one, those that halve down to the smallest, and the index.
      assert.ok(kept.parts.size <= 4 * Math.ceil(bytes / MAX_SEGMENT_BYTES) + 20, `${kept.parts.size} parts`);
    }),
    { numRuns: 60 },
  );
});

test('what is kept is what was there when keeping began, whatever changes between its steps', () => {
  const anyChange = fc.record({ key: fc.nat(99), length: fc.nat(20), after: fc.nat(8) });
  const anyKeeping = fc.record({
    puts: fc.uniqueArray(fc.nat(99), { maxLength: 100 }),
    changes: fc.array(anyChange, { maxLength: 30 }),
  });
  fc.assert(
    fc.property(fc.array(anyKeeping, { maxLength: 12 }), (keepings) => {
      const kept = createKept();
      let changed = new Set<number>();
      keepings.forEach(({ puts, changes }, round) => {
        // As those do who keep them: whatever changed is put before the next time.
        const values = kept.values();
        for (const key of changed) kept.put(key, values.get(key)!);
        for (const key of puts) kept.put(key, new Uint8Array(1 + (key % 7)).fill(100 + round));
        const wanted = structuredClone(kept.values());
        kept.checkpointWhile(changes, round);
        assert.deepEqual(createKept(new Map(kept.parts)).values(), wanted);
        changed = new Set(changes.map(({ key }) => key).filter((key) => kept.values().has(key)));
      });
    }),
    { numRuns: 60 },
  );
});

test('a record that does not change is written again a few times only, however many come after it', () => {
  const kept = createKept();
  for (let key = 0; key < 200; key++) {
    kept.put(key, new Uint8Array(1_000).fill(1));
    kept.checkpoint();
  }
  assert.equal(kept.values().size, 200);
  assert.ok(kept.encoded() <= 200 * (1 + Math.log2(200)), `${kept.encoded()} times for 200 records`);
  assert.ok(kept.parts.size <= 2 + Math.log2(200), `${kept.parts.size} parts`);
});

test('nothing is written when nothing changed, and nothing is left when all is dropped', () => {
  const kept = createKept();
  kept.put(1, Uint8Array.of(1));
  assert.deepEqual([...kept.checkpoint().keys()], ['things-1', 'things_index']);
  assert.deepEqual([...kept.checkpoint().keys()], []);
  kept.drop(1);
  assert.deepEqual([...kept.checkpoint().values()], [null, null]);
  assert.deepEqual([...kept.parts.keys()], []);
});

test('when dead bytes have to go, no part has any of them, and nothing else is written again', () => {
  const kept = createKept();
  const marked = (key: number) => new Uint8Array(1_000).fill(key);
  for (let key = 1; key <= 100; key++) kept.put(key, marked(key));
  kept.checkpoint();
  kept.put(101, new Uint8Array(500_000));
  kept.checkpoint();
  kept.put(7, Uint8Array.of(0));
  kept.drop(9);
  kept.checkpoint();
  const isAnywhere = (key: number) =>
    [...kept.parts].some(
      ([part, bytes]) => part !== 'things_index' && zstdDecompressSync(bytes).includes(Buffer.from(marked(key))),
    );
  assert.deepEqual([7, 8, 9].map(isAnywhere), [true, true, true], 'what was replaced or dropped is still there');
  kept.erase();
  const written = [...kept.checkpoint()].filter(([, value]) => value !== null).map(([part]) => part);
  assert.deepEqual([7, 8, 9].map(isAnywhere), [false, true, false]);
  assert.equal(written.length, 2, 'the segment of the hundred, and the index');
  assert.deepEqual(createKept(new Map(kept.parts)).values(), kept.values());
  kept.erase();
  assert.deepEqual([...kept.checkpoint().keys()], []);
});

describe('a checkpoint that is not what was kept is an error:', () => {
  function keep() {
    const kept = createKept();
    for (let key = 0; key < 20; key++) kept.put(key, new Uint8Array(400 * 1024).fill(key));
    kept.checkpoint();
    return kept.parts;
  }

  test('a part that is missing', () => {
    const parts = keep();
    assert.ok(parts.size > 5);
    for (const missing of parts.keys()) {
      const others = new Map([...parts].filter(([part]) => part !== missing));
      assert.throws(() => createKept(others), CheckpointError, missing);
    }
  });

  test('a part that is cut short, has a wrong byte, or is another', () => {
    const parts = keep();
    const [other] = parts.values();
    for (const [part, bytes] of parts) {
      const cut = new Map(parts).set(part, bytes.subarray(0, bytes.length - 1));
      assert.throws(() => createKept(cut), CheckpointError, `${part} cut short`);
      const wrong = bytes.slice();
      wrong[wrong.length >> 1] ^= 0x10;
      assert.throws(() => createKept(new Map(parts).set(part, wrong)), CheckpointError, `${part} with a wrong byte`);
    }
    assert.throws(() => createKept(new Map(parts).set('things_index', other)), CheckpointError);
  });
});
