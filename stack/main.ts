import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Options } from '../runtime/options.ts';
import { type MainContext, runMain } from '../runtime/run-main.ts';
import { type Service, StartError } from '../runtime/service.ts';
import { runDemo } from './demo/demo.ts';
import { EngineError } from './engine-error.ts';
import { stackOptions } from './options.ts';
import { startStack } from './stack.ts';

const say = (text: string) => void process.stdout.write(`${text}\n`);

async function start(given: Options<typeof stackOptions>, { release, signal }: MainContext): Promise<Service> {
  const options = { ...given, dataDir: resolve(given.dataDir) };
  mkdirSync(options.dataDir, { recursive: true });
  const stopped = Promise.withResolvers<void>();
  say('Slipstream is starting');
  const urls = await startStack({
    options,
    release,
    onStarted: (name, tookMs) => say(`  ${name.padEnd(12)} is up after ${(tookMs / 1000).toFixed(1)} s`),
    onLost: (name, how) => stopped.reject(new StartError(`${name} ended (${how}); its log is in ${options.dataDir}`)),
  }).catch((err) => {
    throw err instanceof EngineError ? new StartError(err.message) : err;
  });
  if (options.demo) await runDemo(options, urls, signal);
  say(`  MQTT        ${urls.mqtt}   (any device name; tokens are not checked yet)`);
  say(`  WebSocket   ${urls.websocket}`);
  say(`  API         ${urls.api}/v1/   described at ${urls.api}/openapi.json`);
  say(`  QuestDB     ${urls.questdb}   ${urls.questdbPg}`);
  say(`  ClickHouse  ${urls.clickhouse}`);
  say(`  NATS        ${urls.nats}`);
  say(`  metrics     ${urls.ingestAdmin}/metrics   ${urls.processorsAdmin}/metrics`);
  say('Ctrl-C drains and stops it all; a second one forces.');
  return {
    name: 'slipstream',
    run: () => stopped.promise,
    drain: async () => undefined,
    stop: async () => stopped.resolve(),
  };
}

await runMain('npm start --', stackOptions, start, { autoFormat: 'pretty' });
