import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StartError } from '../../../runtime/service.ts';
import { findUwsNode, type UwsNode } from '../../../runtime/sockets/uws-node.ts';
import { startNats } from '../../../stack/nats.ts';
import { freePort } from '../../../stack/ports.ts';
import { cpuTimeUs } from '../../process-cpu.ts';
import type { Outcome, ScenarioDeps } from '../../scenario.ts';
import { ADAPTERS, type Adapter, startIngest } from './ingest-process.ts';
import { createPhones } from './phones.ts';

const ROUNDS = 6;
const WARM_UP_FRAMES = 20_000;
const FRAMES = 60_000;
const MAX_FILE_BYTES = 128 * 2 ** 30;

interface Round {
  readonly adapter: Adapter;
  readonly cpuUsPerFrame: number;
  readonly framesPerS: number;
  /** Frames that were not acknowledged as stored, in the warm-up too, by what became of them. */
  readonly failed: readonly Record<string, number>[];
}

/** What ingest spends on a frame from a phone, with uWebSockets.js and with ws, in turn. */
export async function runWebsocket(deps: ScenarioDeps): Promise<Outcome> {
  const { release, signal, say } = deps;
  const node = await findUwsNode();
  if (typeof node === 'string') throw new StartError(`uWebSockets.js does not load here: ${node}`);
  const dir = await mkdtemp(join(tmpdir(), 'slipstream-bench-'));
  release.add('the data folder', () => rm(dir, { recursive: true, force: true }), { timeoutMs: 60_000 });
  const nats = await startNats({ dir: join(dir, 'nats'), port: await freePort(), maxFileBytes: MAX_FILE_BYTES });
  release.add('nats-server', () => nats.stop());

  const rounds: Round[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    // The side that begins changes, so that neither always finds the machine as the other has left it.
    for (const adapter of i % 2 === 0 ? ADAPTERS : ADAPTERS.toReversed()) {
      signal.throwIfAborted();
      const round = await measure(deps, adapter, { node, natsUrl: nats.urls.nats, dir, boot: 2 * rounds.length });
      rounds.push(round);
      say(`${adapter.padEnd(4)}${round.cpuUsPerFrame.toFixed(1)} µs of CPU a frame, ${round.framesPerS} frames/s`);
    }
  }
  const medians = Object.fromEntries(ADAPTERS.map((adapter) => [adapter, medianOf(rounds, adapter)]));
  const failed = rounds.flatMap((round) => round.failed).filter((fates) => Object.keys(fates).length > 0);
  return {
    lines: ADAPTERS.map((adapter) => `${adapter.padEnd(12)}${medians[adapter].toFixed(1)} µs of ingest's CPU a frame`),
    measured: { framesARound: FRAMES, warmUpFrames: WARM_UP_FRAMES, cpuUsPerFrame: medians, rounds },
    reasons: failed.map((fates) => `not every frame was acknowledged as stored: ${JSON.stringify(fates)}`),
  };
}

interface Place {
  readonly node: UwsNode;
  readonly natsUrl: string;
  readonly dir: string;
  /** Of the warm-up; the measured frames have the next one. */
  readonly boot: number;
}

async function measure({ options, release }: ScenarioDeps, adapter: Adapter, place: Place): Promise<Round> {
  const { ingest, logFile } = await startIngest(adapter, place.node, place.natsUrl, place.dir);
  release.add('ingest', () => ingest.stop());
  const { devices } = options;
  async function phones(boot: number, frames: number) {
    const plan = { ...options, url: ingest.urls.websocket, framesPerDevice: Math.ceil(frames / devices) };
    return createPhones({ ...plan, boot: boot.toString(16).padStart(16, 'f') });
  }
  const warmUp = await phones(place.boot, WARM_UP_FRAMES);
  const failed = [await warmUp.run()];
  await warmUp.close();
  const measured = await phones(place.boot + 1, FRAMES);
  const frames = Math.ceil(FRAMES / devices) * devices;
  const [cpuUs, startedMs] = [cpuTimeUs(ingest.pid), performance.now()];
  failed.push(await measured.run());
  const cpuUsPerFrame = (cpuTimeUs(ingest.pid) - cpuUs) / frames;
  const framesPerS = Math.round(frames / ((performance.now() - startedMs) / 1_000));
  await measured.close();
  await ingest.stop();
  const log = await readFile(logFile, 'utf8');
  if (!log.includes(`"adapter":"${adapter}"`)) throw new StartError(`ingest did not serve WebSockets with ${adapter}`);
  return { adapter, cpuUsPerFrame, framesPerS, failed };
}

function medianOf(rounds: readonly Round[], adapter: Adapter): number {
  const values = rounds.filter((round) => round.adapter === adapter).map((round) => round.cpuUsPerFrame);
  values.sort((a, b) => a - b);
  return (values[Math.floor((values.length - 1) / 2)] + values[Math.ceil((values.length - 1) / 2)]) / 2;
}
