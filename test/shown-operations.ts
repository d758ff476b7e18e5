import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { connectAsync } from 'mqtt';
import { createTokenSource } from '../device-sim/token.ts';
import { systemClock } from '../runtime/clock.ts';
import { createSilentLog } from '../runtime/log.ts';
import { readOptions } from '../runtime/options.ts';
import { createReleaseStack } from '../runtime/release.ts';
import { encodeFrame } from '../schemas/frame/encode.ts';
import { topics } from '../schemas/names.ts';
import { REASONS } from '../schemas/reasons.ts';
import { operationsLink } from '../stack/demo/link.ts';
import { stackOptions } from '../stack/options.ts';
import { freePorts } from '../stack/ports.ts';
import { startStack } from '../stack/stack.ts';
import { ensureTokenKeys } from '../stack/token-keys.ts';
import { buildPage } from '../web/build/build-page.ts';

const DEVICE = 'watch-1';
const BOOT = '9f86d081884c7d65';
const SAMPLES_PER_FRAME = 10;
const FRAME_EVERY_MS = 50;

/**
 * The page of operators over the whole of Slipstream with its real engines, while one device sends 200 samples a second
 * over MQTT. What is started here may be killed: `pids` by name.
 */
export async function showOperations(t: Pick<TestContext, 'after'>) {
  const { dir: pageDir } = await buildPage();
  const dir = await mkdtemp(join(tmpdir(), 'slip-operations-'));
  t.after(() => rm(dir, { recursive: true, force: true, maxRetries: 10 }));
  const release = createReleaseStack({ log: createSilentLog(), timeoutMs: 30_000 });
  t.after(() => release.release());
  const [mqttPort, websocketPort, natsPort, questdbPort, questdbPgPort, clickhousePort, ...rest] = await freePorts(9);
  const [ingestAdminPort, processorsAdminPort, apiPort] = rest;
  const ports = { mqttPort, websocketPort, natsPort, questdbPort, questdbPgPort, clickhousePort, ingestAdminPort };
  const own = { ...ports, processorsAdminPort, apiPort, dataDir: join(dir, 'data'), shards: 4 };
  const options = { ...readOptions(stackOptions, { argv: [], env: {} }), ...own };
  const tokenKeys = await ensureTokenKeys(dir);
  const pids = new Map<string, number>();
  const urls = await startStack({
    ...{ options, tokenKeys, release, pageDir: Promise.resolve(pageDir) },
    onStarted: (name, _tookMs, pid) => pids.set(name, pid),
    // Tests kill some.
    onLost: () => undefined,
    onTrouble: () => undefined,
  });

  const password = (await (await createTokenSource(tokenKeys.privateFile, systemClock))(DEVICE)) ?? undefined;
  const login = { username: DEVICE, password, protocolVersion: 5, clientId: DEVICE } as const;
  const device = await connectAsync(urls.mqtt, login);
  t.after(() => device.end(true));
  let seq = 0;
  let acknowledged = 0;
  const sending = setInterval(() => {
    const fromMs = Date.now() - 1_000 * SAMPLES_PER_FRAME;
    const timesMs = Array.from({ length: SAMPLES_PER_FRAME }, (_, i) => fromMs + i);
    const heart_rate = timesMs.map((_, i) => 140 + i);
    const frame = encodeFrame({
      device: DEVICE,
      boot: BOOT,
      seq: ++seq,
      source: 'hr',
      timesMs,
      columns: { heart_rate },
    });
    device.publish(topics.frames(DEVICE), Buffer.from(frame), { qos: 1 }, (error) => {
      if (!error) acknowledged += SAMPLES_PER_FRAME;
    });
  }, FRAME_EVERY_MS);
  t.after(() => clearInterval(sending));

  return {
    pids,
    api: urls.api,
    link: await operationsLink(options, urls.api, tokenKeys.privateFile),
    /** Samples that the device knows to be stored. */
    acknowledgedSamples: () => acknowledged,
    /** Something that is no frame; resolves when it was acknowledged, and so is kept. */
    async sendBroken(): Promise<void> {
      const sent = device.publishAsync(topics.frames(DEVICE), Buffer.from('no frame'), { qos: 1 });
      // MQTT 5 acknowledges with the reason, which the client takes for a failure.
      const code = await sent.then(
        () => 0,
        (error: { code?: number }) => error.code,
      );
      if (code !== REASONS.undecodable_frame.mqtt) throw new Error(`the broken frame was answered with ${code}`);
    },
  };
}
