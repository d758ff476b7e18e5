import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { sql } from 'kysely';
import { systemClock } from '../../runtime/clock.ts';
import { createSilentLog } from '../../runtime/log.ts';
import { openDatabase } from './database.ts';

test('a database is made when it is first asked for, and found again by the next process', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'slipstream-pglite-'));
  let opened = 0;
  const open = () =>
    openDatabase({
      ...{ url: '', dir, maxConnections: 1, timeoutMs: 1_000, clock: systemClock, log: createSilentLog() },
      onOpen: () => opened++,
    });
  try {
    const first = await open();
    assert.equal(opened, 0, 'nobody has asked yet');
    await sql`insert into login_failures (key, failures, failed_at) values ('k', 1, now())`.execute(first);
    assert.equal(opened, 1);
    await first.destroy();
    const second = await open();
    assert.equal(opened, 2, 'letters may wait in it: it is opened at once');
    const rows = await second.selectFrom('login_failures').select('key').execute();
    assert.deepEqual(rows, [{ key: 'k' }]);
    await second.destroy();
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
