import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createManualClock } from '../../runtime/clock.ts';
import { createMemoryKvStore } from '../../runtime/kv/memory-kv.ts';
import { encodeDeletedAthlete, TABLES_OF_ATHLETES } from '../../schemas/deleted-athlete.ts';
import { keys } from '../../schemas/names.ts';
import { keepDeleted } from './keep-deleted.ts';

test('what was replayed of athletes who were deleted is taken out of every table, and of nobody else', async () => {
  const options = { bucket: 'CONFIG', ttlMs: 0, maxBytes: 0, replicas: 1 };
  const config = createMemoryKvStore(createManualClock(1), options).open();
  const commands: string[] = [];
  const keep = () => keepDeleted({ config, command: async (sql) => void commands.push(sql) });
  await config.put(keys.athleteSettings('ben'), Buffer.from('{}'));
  assert.equal(await keep(), 0);
  await config.put(keys.deletedAthlete('ann'), encodeDeletedAthlete({ deletedMs: 1, devices: ['watch-1'] }));
  assert.equal(await keep(), 1);
  const sql = (table: string) =>
    `ALTER TABLE slipstream.${table} DELETE WHERE athlete = 'ann' SETTINGS mutations_sync = 2`;
  assert.deepEqual(commands, TABLES_OF_ATHLETES.map(sql));
});
