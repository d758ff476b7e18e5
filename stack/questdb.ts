import { resolve } from 'node:path';
import { AFTER_ACK_NICENESS, answersOk, type Engine, startEngine } from './engine.ts';
import { foundEngine } from './found.ts';
import { freePort } from './ports.ts';

export interface QuestDbOptions {
  /** Data folder; holds conf/, db/ and the log. */
  dir: string;
  host?: string;
  /** ILP over HTTP, SQL over HTTP, and the console. */
  httpPort: number;
  /** PostgreSQL's wire protocol. */
  pgPort: number;
  /** The health check's own port, answered even when the HTTP workers are busy; a free one when not given. */
  healthPort?: number;
  maxHeapMb?: number;
  /** The options that set the ports, named when one is taken. */
  httpPortOption?: string;
  pgPortOption?: string;
  readyTimeoutMs?: number;
}

export interface QuestDbUrls {
  http: string;
  pg: string;
  health: string;
}

const USER = 'admin';
const PASSWORD = 'quest';

/** Starts one QuestDB (a JVM; ready after 2–3 s). Throws EngineError. */
export async function startQuestDb(options: QuestDbOptions): Promise<Engine<QuestDbUrls>> {
  const { host = '127.0.0.1', httpPort, pgPort, maxHeapMb = 2048, readyTimeoutMs = 60_000 } = options;
  const dir = resolve(options.dir);
  const healthPort = options.healthPort ?? (await freePort(host));
  const jar = foundEngine('questdb.jar');
  const urls: QuestDbUrls = {
    http: `http://${host}:${httpPort}`,
    pg: `postgres://${USER}:${PASSWORD}@${host}:${pgPort}/qdb`,
    health: `http://${host}:${healthPort}`,
  };
  return startEngine({
    name: 'questdb',
    command: 'java',
    args: [
      `-Xmx${maxHeapMb}m`,
      '-XX:+UseParallelGC',
      // What the JVM unpacks and shares goes away with the data folder, not when somebody cleans up the machine.
      `-Djava.io.tmpdir=${dir}`,
      '-XX:+PerfDisableSharedMem',
      '-p',
      jar,
      '-m',
      'io.questdb/io.questdb.ServerMain',
      '-d',
      dir,
      '-n', // no signal handler for SIGHUP: this process ends it, no terminal does
    ],
    dir,
    host,
    ports: [
      { port: httpPort, option: options.httpPortOption },
      { port: pgPort, option: options.pgPortOption },
      { port: healthPort },
    ],
    urls,
    niceness: AFTER_ACK_NICENESS,
    files: { 'conf/server.conf': serverConf(host, httpPort, pgPort, healthPort), 'conf/log.conf': LOG_CONF },
    isReady: async () =>
      (await answersOk(`${urls.health}/status`)) && (await answersOk(`${urls.http}/exec?query=select%201`)),
    readyTimeoutMs,
    stopTimeoutMs: 15_000,
  });
}

/**
 * One worker, and idle workers that sleep: by default they spin, which on a machine shared with everything else costs
 * 4–7 µs of CPU a row instead of 2.7. Old-style line TCP and telemetry are off; everything listens on `host` only.
 */
function serverConf(host: string, httpPort: number, pgPort: number, healthPort: number): string {
  return [
    'shared.worker.count=1',
    'shared.worker.yield.threshold=5',
    'shared.worker.nap.threshold=50',
    'shared.worker.sleep.threshold=100',
    'shared.worker.sleep.timeout=5',
    `http.net.bind.to=${host}:${httpPort}`,
    `http.min.net.bind.to=${host}:${healthPort}`,
    `pg.net.bind.to=${host}:${pgPort}`,
    `pg.user=${USER}`,
    `pg.password=${PASSWORD}`,
    'line.tcp.enabled=false',
    'line.udp.enabled=false',
    'telemetry.enabled=false',
    '',
  ].join('\n');
}

/** Problems and milestones only: at INFO QuestDB writes several lines for each request. */
const LOG_CONF = [
  'writers=stdout',
  'w.stdout.class=io.questdb.log.LogConsoleWriter',
  'w.stdout.level=CRITICAL,ERROR,ADVISORY',
  '',
].join('\n');
