import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startClickHouse } from './clickhouse.ts';
import { freePort } from './ports.ts';

const python = fileURLToPath(new URL('../.engines/pyclients/bin/python', import.meta.url));
const script = fileURLToPath(new URL('clickhouse-connect.session.py', import.meta.url));

test('clickhouse-connect connects, inserts, reads, streams and gets its errors', async () => {
  assert.ok(
    existsSync(python),
    'clickhouse-connect is not there; install it with: node stack/setup.js --with-test-tools',
  );
  const dir = mkdtempSync(join(tmpdir(), 'slipstream-clickhouse-connect-'));
  const port = await freePort();
  const server = await startClickHouse({ dir, port, user: 'writer', password: 'secret' });
  try {
    const args = [script, String(port), 'writer', 'secret', server.urls.analystUser];
    const { stdout } = await promisify(execFile)(python, args, { timeout: 60_000 });
    assert.equal(stdout, 'ok\n');
  } finally {
    await server.stop();
    rmSync(dir, { recursive: true, force: true });
  }
});
