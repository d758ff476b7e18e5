import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createManualClock } from './clock.ts';
import { createMemoryKvStore } from './kv/memory-kv.ts';
import { type Accepted, balanceOf, createLedgerStore, readAccepted, readLedger, writeAccepted } from './ledger.ts';

const accepted = (epoch: number, seq: number, samples: number): Accepted => {
  return { epoch, seq, batches: 1, frames: 1, samples, nulled: 0 };
};
const openKv = () =>
  createMemoryKvStore(createManualClock(), { bucket: 'LEDGER', ttlMs: 0, maxBytes: 0, replicas: 1 }).open();

test('what was accepted is always written, refused, expired or in flight', () => {
  const count = fc.nat({ max: 1e9 });
  fc.assert(
    fc.property(count, count, count, count, (written, refused, expired, inFlight) => {
      const samples = written + refused + expired;
      assert.deepEqual(balanceOf('questdb', samples + inFlight, { samples, refused, expired }), {
        store: 'questdb',
        accepted: samples + inFlight,
        written,
        refused,
        expired,
        inFlight,
        balanced: true,
      });
    }),
  );
});

test('a store with more than was accepted is out of balance', () => {
  const one = balanceOf('clickhouse', 10, { samples: 11, refused: 0, expired: 0 });
  assert.deepEqual([one.inFlight, one.balanced], [-1, false]);
});

test('the count of a shard goes forward only, whoever writes it', async () => {
  const kv = openKv();
  const written = [];
  for (const one of [accepted(1, 10, 100), accepted(2, 5, 50), accepted(1, 90, 900), accepted(2, 4, 40)]) {
    written.push(await writeAccepted(kv, 3, one));
  }
  assert.deepEqual(written, [true, true, false, false]);
  await writeAccepted(kv, 4, accepted(1, 1, 7));
  assert.equal(await readAccepted(kv), 57);
});

test('the ledger joins what was accepted with the sums of each store, however these write numbers', async () => {
  const kv = openKv();
  await writeAccepted(kv, 0, accepted(1, 1, 30));
  const questdb = createLedgerStore('questdb', async (sql) =>
    /samples/.test(sql) ? [{ samples: 30, refused: 1, expired: 2 }] : [],
  );
  const clickhouse = createLedgerStore('clickhouse', async () => [{ samples: '20', refused: '0', expired: 0 }]);
  const rest = { accepted: 30, balanced: true };
  assert.deepEqual(await readLedger({ kv, stores: [questdb, clickhouse] }), {
    balanced: true,
    stores: [
      { store: 'questdb', ...rest, written: 27, refused: 1, expired: 2, inFlight: 0 },
      { store: 'clickhouse', ...rest, written: 20, refused: 0, expired: 0, inFlight: 10 },
    ],
  });
});

test('an empty store counts as zero, an answer without numbers is an error', async () => {
  const empty = createLedgerStore('questdb', async () => [{ samples: null, refused: null, expired: null }]);
  assert.deepEqual(await empty.totals(), { samples: 0, refused: 0, expired: 0 });
  const odd = createLedgerStore('clickhouse', async () => [{ samples: 'many', refused: 0, expired: 0 }]);
  await assert.rejects(odd.totals(), /not a count/);
  await assert.rejects(odd.distinctRows(), /no rows/);
});
