import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gaugeCertificate, type KeyPair, openCertificate } from './certificate.ts';
import { makeCertificate } from './certificate-for-tests.ts';
import { createManualClock } from './clock.ts';
import { createMemoryLog } from './log.ts';
import { createMetrics } from './metrics.ts';
import { until } from './sockets/sockets-for-tests.ts';

const DAY_MS = 86_400_000;
const NOW_MS = Date.UTC(2026, 5, 8, 12);
const TIMEOUT_MS = 30_000;

async function setUp(t: TestContext, pair: KeyPair) {
  const dir = mkdtempSync(join(tmpdir(), 'slip-certificate-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const [tlsCert, tlsKey] = [join(dir, 'cert.pem'), join(dir, 'key.pem')];
  const write = ({ cert, key }: KeyPair) => {
    writeFileSync(tlsCert, cert);
    writeFileSync(tlsKey, key);
  };
  write(pair);
  const clock = createManualClock(NOW_MS);
  const { log: logger, records } = createMemoryLog('error');
  const open = () => openCertificate({ tlsCert, tlsKey }, { clock, logger });
  return { clock, records, write, tlsCert, tlsKey, open };
}

test('replaced files take over, and every server is told', async (t) => {
  const first = makeCertificate({ notAfterMs: NOW_MS + DAY_MS });
  const second = makeCertificate({ notAfterMs: NOW_MS + 90 * DAY_MS });
  const { clock, write, open } = await setUp(t, first);
  const certificate = await open();
  assert.ok(certificate);
  t.after(() => certificate.stop());
  const metrics = createMetrics('test', { runtimeMetrics: false });
  gaugeCertificate(metrics, certificate);
  const told: KeyPair[] = [];
  certificate.onRenewed((pair) => void told.push(pair));
  assert.deepEqual([certificate.pair, certificate.notAfterMs], [first, NOW_MS + DAY_MS]);
  write(second);
  await clock.advance(10_000);
  await until('the renewed one', () => certificate.pair.cert === second.cert, TIMEOUT_MS);
  assert.deepEqual([told, certificate.notAfterMs, certificate.trouble], [[second], NOW_MS + 90 * DAY_MS, null]);
  const page = await metrics.text();
  const seconds = (NOW_MS + 90 * DAY_MS) / 1_000;
  assert.match(page, new RegExp(`^slipstream_tls_not_after_seconds\\{process="test"\\} ${seconds}$`, 'm'));
  assert.match(page, /^slipstream_tls_renewal_failing\{process="test"\} 0$/m);
});

test('a pair that does not fit is not served; the old one is, and the log says so once', async (t) => {
  const first = makeCertificate({ notAfterMs: NOW_MS + DAY_MS });
  const second = makeCertificate({ notAfterMs: NOW_MS + 90 * DAY_MS });
  const { clock, records, write, open } = await setUp(t, first);
  const certificate = await open();
  assert.ok(certificate);
  t.after(() => certificate.stop());
  write({ cert: second.cert, key: first.key });
  for (let looks = 0; looks < 2; looks++) {
    await clock.advance(10_000);
    await until('the trouble', () => certificate.trouble !== null, TIMEOUT_MS);
  }
  assert.equal(certificate.trouble, 'the private key is not that of the certificate');
  assert.deepEqual([certificate.pair, records.length], [first, 1]);
  write(second);
  await until(
    'the whole pair',
    () => {
      void clock.advance(10_000);
      return certificate.trouble === null;
    },
    TIMEOUT_MS,
  );
  assert.deepEqual(certificate.pair, second);
});

test('the sooner end of a chain counts', async (t) => {
  const own = makeCertificate({ notAfterMs: NOW_MS + 90 * DAY_MS });
  const above = makeCertificate({ notAfterMs: NOW_MS + DAY_MS, name: 'authority' });
  const { open } = await setUp(t, { ...own, cert: own.cert + above.cert });
  const certificate = await open();
  certificate?.stop();
  assert.equal(certificate?.notAfterMs, NOW_MS + DAY_MS);
});

test('files that cannot be used end the start, with a message that names the options', async (t) => {
  const pair = makeCertificate({ notAfterMs: NOW_MS + DAY_MS });
  const other = makeCertificate({ notAfterMs: NOW_MS + DAY_MS });
  const { clock, write, tlsCert, open } = await setUp(t, { ...pair, key: other.key });
  const deps = { clock, logger: createMemoryLog().log };
  await assert.rejects(open, /^StartError: --tls-cert, --tls-key: the private key is not that of the certificate$/);
  write({ cert: 'nothing', key: pair.key });
  await assert.rejects(open, /the file of the certificate holds none in PEM/);
  await assert.rejects(openCertificate({ tlsCert, tlsKey: undefined }, deps), /--tls-cert and --tls-key go together/);
  const missing = { tlsCert: `${tlsCert}.missing`, tlsKey: tlsCert };
  await assert.rejects(openCertificate(missing, deps), /^StartError: --tls-cert, --tls-key: ENOENT/);
  assert.equal(await openCertificate({ tlsCert: undefined, tlsKey: undefined }, deps), null);
});
