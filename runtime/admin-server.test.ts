import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createAdminServer } from './admin-server.ts';
import { createHealth, gaugeHealth } from './health.ts';
import { createMetrics } from './metrics.ts';
import { StartError } from './service.ts';

async function startAdmin(t: TestContext) {
  const health = createHealth({ timeoutMs: 5 });
  const metrics = createMetrics('demo', { runtimeMetrics: false });
  const admin = await createAdminServer({ host: '127.0.0.1', port: 0, health, metrics });
  t.after(() => admin.close());
  const get = async (path: string, init?: RequestInit) => {
    const response = await fetch(admin.url + path, init);
    return { status: response.status, body: await response.text() };
  };
  return { admin, health, metrics, get };
}

test('a process that answers is alive, and ready when all of its checks are', async (t) => {
  const { health, get } = await startAdmin(t);
  assert.deepEqual(await get('/health/live'), { status: 200, body: '{"ok":true}\n' });
  health.register('nats', () => ({ ok: true, detail: 'connected' }));
  assert.deepEqual(await get('/health/ready'), {
    status: 200,
    body: '{"ok":true,"checks":{"nats":{"ok":true,"detail":"connected"}}}\n',
  });
});

test('a check that fails, throws or hangs makes the process not ready, and says which', async (t) => {
  const { health, get } = await startAdmin(t);
  health.register('good', () => ({ ok: true }));
  const forget = health.register('lagging', async () => ({ ok: false, detail: 'wal lag 9000 rows' }));
  health.register('throwing', () => {
    throw new Error('connection refused');
  });
  health.register('hanging', () => new Promise(() => undefined));
  assert.throws(() => health.register('good', () => ({ ok: true })), /registered twice/);
  const { status, body } = await get('/health/ready');
  assert.equal(status, 503);
  assert.deepEqual(JSON.parse(body), {
    ok: false,
    checks: {
      good: { ok: true },
      lagging: { ok: false, detail: 'wal lag 9000 rows' },
      throwing: { ok: false, detail: 'connection refused' },
      hanging: { ok: false, detail: 'the check hanging took longer than 5 ms' },
    },
  });
  forget();
  assert.equal('lagging' in JSON.parse((await get('/health/ready')).body).checks, false);
});

test('checks stand on the page of metrics too, as they are at the scrape', async (t) => {
  const { health, metrics, get } = await startAdmin(t);
  gaugeHealth(metrics, health);
  let isWell = true;
  health.register('nats', () => ({ ok: isWell }));
  const line = (value: number) => new RegExp(`^slipstream_check_ok\\{check="nats",process="demo"\\} ${value}$`, 'm');
  assert.match((await get('/metrics')).body, line(1));
  isWell = false;
  assert.match((await get('/metrics')).body, line(0));
});

test('metrics are served as text, other paths and methods are refused', async (t) => {
  const { metrics, get } = await startAdmin(t);
  metrics.counter({ name: 'frames_total', help: 'Frames.' }).add(7);
  assert.match((await get('/metrics?x=1')).body, /slipstream_frames_total\{process="demo"\} 7/);
  assert.equal((await get('/elsewhere')).status, 404);
  assert.equal((await get('/metrics', { method: 'POST' })).status, 405);
});

test('a taken port is one sentence that names the option', async (t) => {
  const { admin, health, metrics } = await startAdmin(t);
  await assert.rejects(
    createAdminServer({ host: '127.0.0.1', port: admin.port, health, metrics, portOption: '--ingest-admin-port' }),
    new StartError(
      `127.0.0.1:${admin.port} is taken by another process: ` +
        'end that one, or give another port with --ingest-admin-port',
    ),
  );
});
