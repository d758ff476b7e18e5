import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readOptions } from '../../runtime/options.ts';
import type { ReleaseStack } from '../../runtime/release.ts';
import { type StackOptions, stackOptions } from '../../stack/options.ts';
import { freePort } from '../../stack/ports.ts';
import { type ServiceSpec, startService } from '../../stack/services.ts';
import { startStack } from '../../stack/stack.ts';
import type { StackUrls } from '../../stack/stack-urls.ts';
import { ensureTokenKeys } from '../../stack/token-keys.ts';
import { STORES, type StoreName } from '../options.ts';
import type { ScenarioDeps } from '../scenario.ts';
import type { LoadTarget } from './load-process.ts';

export interface Deployment extends LoadTarget {
  readonly urls: StackUrls;
  /** Where each ingest process shows its metrics. */
  readonly ingestAdmins: readonly string[];
  readonly tokenKey: string;
  readonly websocketPort: number;
  /** By the name of the process. */
  readonly pids: ReadonlyMap<string, number>;
  /** Aborts, with the name, as soon as a part ends that nobody asked to. */
  readonly lostSignal: AbortSignal;
}

export interface DeploymentPlan {
  readonly sinks?: readonly StoreName[];
  readonly holdShards?: boolean;
  /** Ingest processes that share the ports for devices: one has room for 16,000 connections. */
  readonly ingestProcesses?: number;
  /** Each sink and the holding of shards in a process of its own, where `npm start` has one for all. */
  readonly splitProcessors?: boolean;
  /** Where accounts are kept, instead of PGlite. */
  readonly postgresUrl?: string;
  /** Where the built pages are; they are not served without. */
  readonly pageDir?: string;
}

/** An empty folder of this run; the first thing on the list, so the last to go: by then nothing writes there. */
export async function makeDataDir(release: ReleaseStack): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'slipstream-bench-'));
  release.add('the data folder', () => rm(dataDir, { recursive: true, force: true }), { timeoutMs: 60_000 });
  return dataDir;
}

/** Everything that `npm start` starts, in a folder of its own on free ports. Throws EngineError. */
export async function startDeployment(
  { release, say }: Pick<ScenarioDeps, 'release' | 'say'>,
  { sinks = STORES, holdShards = true, splitProcessors = false, ingestProcesses = 1, ...plan }: DeploymentPlan = {},
): Promise<Deployment> {
  const { pageDir, postgresUrl } = plan;
  const dataDir = await makeDataDir(release);
  const defaults = readOptions(stackOptions, { argv: [], env: {} });
  const { host } = defaults;
  const mqttPort = await freePort(host);
  const pids = new Map<string, number>();
  const lost = new AbortController();
  const tokenKeys = await ensureTokenKeys(dataDir);
  const options = {
    ...defaults,
    dataDir,
    mqttPort,
    websocketPort: await freePort(host),
    natsPort: await freePort(host),
    questdbPort: await freePort(host),
    questdbPgPort: await freePort(host),
    clickhousePort: await freePort(host),
    ingestAdminPort: await freePort(host),
    processorsAdminPort: await freePort(host),
    apiPort: await freePort(host),
    ...(postgresUrl !== undefined && { postgresUrl }),
  };
  const onStarted = (name: string, tookMs: number, pid: number) => {
    pids.set(name, pid);
    say(`${name} is up after ${(tookMs / 1_000).toFixed(1)} s`);
  };
  const deploymentSinks = sinks.join(',');
  const urls = await startStack({
    tokenKeys,
    options,
    serviceOptions: {
      processors: { sinks: splitProcessors ? 'none' : deploymentSinks, deploymentSinks, holdShards },
      ingest: { reusePort: ingestProcesses > 1 },
    },
    ...(pageDir !== undefined && { pageDir: Promise.resolve(pageDir) }),
    release,
    onStarted: (name, tookMs, pid) =>
      onStarted(splitProcessors && name === 'processors' ? 'shard-holder' : name, tookMs, pid),
    onLost: (name, how) => lost.abort(new Error(`${name} ended (${how}) in the middle of the run`)),
    onTrouble: (name, trouble) => trouble !== null && lost.abort(new Error(`${name} is not well: ${trouble}`)),
  });
  for (const sink of splitProcessors ? sinks : []) {
    const fromMs = performance.now();
    const spec = await sinkService(sink, { dataDir, host, urls, shards: options.shards, deploymentSinks });
    const service = await startService(spec);
    release.add(`the sink of ${sink}`, () => service.stop(), { timeoutMs: 20_000 });
    onStarted(`${sink}-sink`, performance.now() - fromMs, service.pid);
  }
  const ingestAdmins = [urls.ingestAdmin];
  for (let nth = 2; nth <= ingestProcesses; nth++) {
    const fromMs = performance.now();
    const spec = await ingestService(nth, options, urls, tokenKeys.publicFile);
    const service = await startService(spec);
    release.add(`ingest-${nth}`, () => service.stop(), { timeoutMs: 20_000 });
    ingestAdmins.push(service.urls.admin);
    onStarted(`ingest-${nth}`, performance.now() - fromMs, service.pid);
  }
  return {
    ingestAdmins,
    urls,
    host,
    mqttPort,
    websocketPort: options.websocketPort,
    tokenKey: tokenKeys.privateFile,
    pids,
    lostSignal: lost.signal,
  };
}

interface SinkPlace {
  readonly dataDir: string;
  readonly host: string;
  readonly urls: StackUrls;
  readonly shards: number;
  readonly deploymentSinks: string;
}

async function sinkService(sink: StoreName, { dataDir, host, urls, ...own }: SinkPlace): Promise<ServiceSpec> {
  const port = await freePort(host);
  return {
    name: 'processors',
    dataDir: join(dataDir, `${sink}-sink`),
    host,
    ports: [{ port, option: '--processors-admin-port' }],
    options: {
      ...own,
      sinks: sink,
      holdShards: false,
      natsUrls: urls.nats,
      questdbUrl: urls.questdb,
      clickhouseUrl: urls.clickhouse,
      adminHost: host,
      processorsAdminPort: port,
    },
  };
}

/** Another ingest process, on the same ports for devices. */
async function ingestService(
  nth: number,
  options: StackOptions,
  urls: StackUrls,
  tokenKeys: string,
): Promise<ServiceSpec> {
  const { host, dataDir, mqttPort, websocketPort, shards, streamReplicas } = options;
  const port = await freePort(host);
  return {
    name: 'ingest',
    dataDir: join(dataDir, `ingest-${nth}`),
    host,
    ports: [{ port, option: '--ingest-admin-port' }],
    options: {
      ...{ natsUrls: urls.nats, shards, streamReplicas, host, mqttPort, websocketPort, tokenKeys },
      ingestAdminPort: port,
      reusePort: true,
    },
  };
}
