import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Options } from '../runtime/options.ts';
import { type MainContext, runMain } from '../runtime/run-main.ts';
import { type Service, StartError } from '../runtime/service.ts';
import { TokenKeyError } from '../runtime/token-keys.ts';
import { stateDemoAthletes } from './demo/athletes.ts';
import { runDemo } from './demo/demo.ts';
import { demoLink, operationsLink } from './demo/link.ts';
import { raceAddress, startLiveRace } from './demo/live-race.ts';
import { startLiveRun } from './demo/live-run.ts';
import { EngineError } from './engine-error.ts';
import { stackOptions } from './options.ts';
import { buildPage } from './page.ts';
import { startStack } from './stack.ts';
import { ensureTokenKeys } from './token-keys.ts';

/** Of the run and the race that go on. */
const LIVE_STOP_MS = 20_000;

const say = (text: string) => void process.stdout.write(`${text}\n`);

/** Turns an error whose message tells a person what to mend into one that is shown without a stack. */
function asStartError(kind: new (message: string) => Error): (err: unknown) => never {
  return (err) => {
    throw err instanceof kind ? new StartError(err.message) : err;
  };
}

function makeDataDir(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true });
  } catch (err) {
    throw new StartError(`--data-dir ${dataDir} cannot be made: ${(err as Error).message}`);
  }
}

async function start(given: Options<typeof stackOptions>, { log, release, signal }: MainContext): Promise<Service> {
  const options = { ...given, dataDir: resolve(given.dataDir) };
  makeDataDir(options.dataDir);
  const stopped = Promise.withResolvers<void>();
  say('Slipstream is starting');
  const tokenKeys = await ensureTokenKeys(options.dataDir).catch(asStartError(TokenKeyError));
  // While the engines start.
  const pageDir = buildPage(say);
  const urls = await startStack({
    options,
    tokenKeys,
    pageDir,
    release,
    onStarted: (name, tookMs) => say(`  ${name.padEnd(12)} is up after ${(tookMs / 1000).toFixed(1)} s`),
    onLost: (name, how) => stopped.reject(new StartError(`${name} ended (${how}); its log is in ${options.dataDir}`)),
    onTrouble: (name, trouble) =>
      trouble === null
        ? log.info(`${name} is well again`)
        : log.error(`${name} is not well: ${trouble}. When its disk is full, free some space: it then starts again.`),
  }).catch(asStartError(EngineError));
  if (options.demo) {
    await stateDemoAthletes(options, urls, log);
    await runDemo(options, urls, tokenKeys.privateFile, signal);
    if (options.demoSpeed > 0) {
      const run = startLiveRun({ options, tokenKey: tokenKeys.privateFile, log });
      release.add('the recorded run', run.stop, { timeoutMs: LIVE_STOP_MS });
      say(`  The recorded run is live now, ${run.words}.\n`);
    }
    if (options.demoRace > 0) {
      const race = startLiveRace({ options, urls, tokenKey: tokenKeys.privateFile, log });
      release.add('the race', race.stop, { timeoutMs: LIVE_STOP_MS });
      say(`  A race of ${options.demoRace} starts now:  ${await raceAddress(urls.api, race.id)}\n`);
    }
  }
  if (options.open)
    say('  AUTHENTICATION IS OFF (--open): any client may send as any device. For closed test networks only.\n');
  if ((await pageDir) !== null) {
    say(`  the page    ${await demoLink(options, urls.api, tokenKeys.privateFile)}`);
    say(`  application ${urls.api}/app   where athletes sign up`);
    say(`  operations  ${await operationsLink(options, urls.api, tokenKeys.privateFile)}`);
  }
  say(`  MQTT        ${urls.mqtt}`);
  say(`  WebSocket   ${urls.websocket}`);
  say(`  API         ${urls.api}/v1/   described at ${urls.api}/openapi.json`);
  say(`  QuestDB     ${urls.questdb}   ${urls.questdbPg}`);
  say(`  ClickHouse  ${urls.clickhouse}`);
  say(`  NATS        ${urls.nats}`);
  say(`  metrics     ${urls.ingestAdmin}/metrics   ${urls.processorsAdmin}/metrics   ${urls.api}/metrics`);
  if (!options.open)
    say('A token for a device: npm run token -- watch-1     for yourself: npm run token -- me --operator');
  say('Ctrl-C drains and stops it all; a second one forces.');
  return {
    name: 'slipstream',
    run: () => stopped.promise,
    drain: async () => undefined,
    stop: async () => stopped.resolve(),
  };
}

await runMain('npm start --', stackOptions, start, { autoFormat: 'pretty' });
