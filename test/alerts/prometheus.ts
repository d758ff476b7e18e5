import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { answersOk, type Engine, startEngine } from '../../stack/engine.ts';
import { PROMETHEUS, RULES_FILE } from './rules.ts';

export interface TestPrometheus extends Engine<{ http: string }> {
  /** The data of an answer of its HTTP API. Throws with what it says when it refuses. */
  get<T>(path: string, params?: Readonly<Record<string, string>>): Promise<T>;
  /** Names of the alerts that fire, each with the label that tells one of them from another. */
  firing(): Promise<Set<string>>;
}

interface Alert {
  readonly state: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Rules that wait for nobody: what is bad fires at the next look, a store is behind after a few seconds. */
function hurried(rules: string): string {
  return rules.replaceAll(/for: \d+m/g, 'for: 0s').replace('(slipstream_sink_behind_ms) > 60000', '$& - 55000');
}

/** A real Prometheus that looks every second. `targets` are host:port. */
export async function startPrometheus(dir: string, port: number, targets: string[]): Promise<TestPrometheus> {
  const http = `http://127.0.0.1:${port}`;
  const config = {
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: ['alerts.yml'],
    scrape_configs: [{ job_name: 'slipstream', static_configs: [{ targets }] }],
  };
  const engine = await startEngine({
    name: 'prometheus',
    command: PROMETHEUS,
    args: [
      `--config.file=${join(dir, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(dir, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    dir,
    host: '127.0.0.1',
    ports: [{ port }],
    urls: { http },
    files: { 'prometheus.yml': JSON.stringify(config), 'alerts.yml': hurried(readFileSync(RULES_FILE, 'utf8')) },
    isReady: () => answersOk(`${http}/-/ready`),
    readyTimeoutMs: 60_000,
    stopTimeoutMs: 10_000,
  });

  async function get<T>(path: string, params: Readonly<Record<string, string>> = {}): Promise<T> {
    const response = await fetch(`${http}/api/v1/${path}?${new URLSearchParams(params)}`);
    const answer = (await response.json()) as { status: string; data: T; error?: string };
    if (answer.status !== 'success') throw new Error(`${path} ${JSON.stringify(params)}: ${answer.error}`);
    return answer.data;
  }

  return {
    ...engine,
    get,
    async firing() {
      const { alerts } = await get<{ alerts: Alert[] }>('alerts');
      const names = alerts.filter(({ state }) => state === 'firing').map(({ labels }) => nameOf(labels));
      return new Set(names);
    },
  };
}

const TELLING = ['store', 'engine', 'check', 'table', 'role', 'reason', 'process'];

function nameOf(labels: Readonly<Record<string, string>>): string {
  const telling = TELLING.find((label) => labels[label] !== undefined);
  return telling === undefined ? labels.alertname : `${labels.alertname} ${labels[telling]}`;
}
