import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEngine } from '../../stack/engine.ts';
import type { Mosquitto } from './mosquitto.ts';
import { PeerMissingError, type PeerPlace } from './peer.ts';

const VERSION = '1.37.2';
/** What this build holds; all plugins together take much longer. */
const TAGS =
  'custom inputs.mqtt_consumer outputs.socket_writer outputs.influxdb_v2 ' +
  'parsers.influx parsers.json_v2 serializers.influx';
const FOLDER = fileURLToPath(new URL(`../../.engines/telegraf-${VERSION}`, import.meta.url));
const BUILD_TIMEOUT_MS = 15 * 60_000;

export interface Telegraf {
  readonly pid: number;
  readonly version: string;
}

/**
 * InfluxData's Telegraf between Mosquitto and QuestDB, in line protocol on both sides, which is what it does best: it
 * reads lines from `lines/+` and writes them over HTTP. Throws PeerMissingError.
 */
export async function startTelegraf(
  { dir, release, say, mayInstall }: PeerPlace,
  mosquitto: Mosquitto,
  questdbUrl: string,
): Promise<Telegraf> {
  const command = join(FOLDER, 'telegraf');
  if (!existsSync(command)) build(mayInstall, say);
  const own = join(dir, 'telegraf');
  const log = join(own, 'telegraf.log');
  const engine = await startEngine({
    name: 'telegraf',
    command,
    args: ['--config', join(own, 'telegraf.conf')],
    dir: own,
    host: mosquitto.host,
    ports: [],
    urls: {},
    files: { 'telegraf.conf': config(mosquitto, questdbUrl) },
    isReady: async () => readFileSync(log, 'utf8').includes('Connected ['),
    readyTimeoutMs: 30_000,
    stopTimeoutMs: 10_000,
  });
  release.add('telegraf', () => engine.stop(), { timeoutMs: 15_000 });
  return { pid: engine.pid, version: VERSION };
}

/** Buffers that never overflow, batches that are big, and a flush whenever one is full or a fifth of a second old. */
function config({ host, mqttPort }: Mosquitto, questdbUrl: string): string {
  return `
[agent]
  interval = "1s"
  flush_interval = "200ms"
  metric_batch_size = 10000
  metric_buffer_limit = 20000000
  omit_hostname = true
  skip_processors_after_aggregators = true

[[inputs.mqtt_consumer]]
  servers = ["tcp://${host}:${mqttPort}"]
  topics = ["lines/+"]
  topic_tag = ""
  qos = 1
  max_undelivered_messages = 100000
  client_id = "telegraf"
  data_format = "influx"

[[outputs.influxdb_v2]]
  urls = ["${questdbUrl}"]
  token = ""
  organization = ""
  bucket = "qdb"
  content_encoding = "identity"
`;
}

function build(mayInstall: boolean, say: (text: string) => void): void {
  if (!mayInstall) throw new PeerMissingError('telegraf is not built');
  say('building telegraf, which takes some minutes the first time');
  mkdirSync(FOLDER, { recursive: true });
  const module = `github.com/influxdata/telegraf/cmd/telegraf@v${VERSION}`;
  const settings = [`GOBIN=${FOLDER}`, 'GOFLAGS=-p=1'];
  const { status, error, stderr } = spawnSync('env', [...settings, 'go', 'install', '-tags', TAGS, module], {
    encoding: 'utf8',
    timeout: BUILD_TIMEOUT_MS,
  });
  if (status === 0) return;
  throw new PeerMissingError(`telegraf could not be built: ${error?.message ?? stderr.trim().split('\n').at(-1)}`);
}
