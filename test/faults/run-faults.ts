import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseFaults } from '../../device-sim/faults.ts';
import { createFleet } from '../../device-sim/fleet.ts';
import { createRandom } from '../../device-sim/random.ts';
import { asTable, type Row } from '../../device-sim/report.ts';
import { createSimulation } from '../../device-sim/simulation.ts';
import { connectsTo } from '../../device-sim/transport/connects.ts';
import { createTruth } from '../../device-sim/truth.ts';
import { createSilentLog } from '../../runtime/log.ts';
import { openPlatform, platformOptions } from '../../runtime/nats/platform.ts';
import { readOptions } from '../../runtime/options.ts';
import { createReleaseStack } from '../../runtime/release.ts';
import { recordFrames } from '../model/recorder.ts';
import { type Deployment, startDeployment } from './deployment.ts';
import { gradeDeployment } from './grade-deployment.ts';
import { drawSchedule, runSchedule, type ScheduledFault } from './schedule.ts';

export interface FaultsPlan {
  readonly seed: string;
  readonly devices: number;
  /** Length of each workout, and how many times faster than real time it is played. */
  readonly durationMs: number;
  readonly speed: number;
  /** Keeps engines' folders, with all logs. */
  readonly keepsFiles?: boolean;
}

export interface FaultsResult {
  readonly breaches: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
  /** What was done and found, for people. */
  readonly summary: string;
}

const ACK_TIMEOUT_MS = 10_000;
const GIVE_UP_MS = 240_000;

/**
 * The promise on real engines: a fleet with every fault plays its activities over MQTT 3.1.1, MQTT 5 and WebSocket
 * while each process behind is killed and stopped, under one seed; then both stores, DEAD, the roll-ups and the ledger
 * are held against what the devices know. Everything runs on free ports in a folder of its own.
 */
export async function runFaults(plan: FaultsPlan): Promise<FaultsResult> {
  const startedMs = performance.now();
  const dir = await mkdtemp(join(tmpdir(), 'slip-faults-'));
  const breaches: string[] = [];
  let deployment: Deployment | undefined;
  try {
    deployment = await startDeployment(dir, (words) => breaches.push(words));
    const schedule = drawSchedule(createRandom(plan.seed, 'schedule'));
    const played = await play(plan, deployment, schedule);
    breaches.push(...played.breaches);
    const seconds = Math.round((performance.now() - startedMs) / 1_000);
    const rows: Row[] = [['seed', plan.seed], ...Object.entries(played.counts), ['seconds', seconds]];
    const words = schedule.map(({ part, atShare, freezeMs }) => {
      const what = freezeMs === null ? 'kill -9' : `stopped for ${freezeMs} ms`;
      return `  at ${Math.round(atShare * 100)} % of the activities: ${part} ${what}\n`;
    });
    return { breaches, counts: played.counts, summary: `${words.join('')}\n${asTable(rows)}` };
  } finally {
    await deployment?.end();
    if (plan.keepsFiles) process.stdout.write(`kept in ${dir}\n`);
    else await rm(dir, { recursive: true, force: true });
  }
}

async function play(plan: FaultsPlan, deployment: Deployment, schedule: readonly ScheduledFault[]) {
  const { seed, devices, durationMs, speed } = plan;
  const log = createSilentLog();
  await using release = createReleaseStack({ log });
  const options = {
    ...readOptions(platformOptions, { argv: [], env: {} }),
    natsUrls: [deployment.natsUrl],
  };
  const platform = await openPlatform(options, { name: 'faults', logger: log, release });
  const frames = await platform.frames();
  const recorder = recordFrames(frames, platform.names);
  release.add('the recorder', () => recorder.stop());

  const pace = { anchorMs: Date.now(), speed };
  const fleet = createFleet({
    seed,
    devices,
    durationMs,
    samplesPerFrame: 10,
    protocols: ['mqtt', 'mqtt5', 'ws'],
    faults: { faults: parseFaults(['all']), rate: 1 },
    pace,
  });
  const { mqttPort, websocketPort } = deployment;
  const simulation = createSimulation({
    seed,
    devices: fleet,
    pace,
    connects: connectsTo({ host: '127.0.0.1', mqttPort, websocketPort }),
    truth: createTruth({ keep: 'rows' }),
    ackTimeoutMs: ACK_TIMEOUT_MS,
    giveUpMs: GIVE_UP_MS,
  });
  let isOver = false;
  const share = () => simulation.tally.playedMs / (devices * durationMs);
  const [result] = await Promise.all([
    simulation.run().finally(() => {
      isOver = true;
    }),
    runSchedule(schedule, deployment.parts, share, () => isOver),
  ]);
  const breaches = result.isComplete ? [] : [`devices gave up: ${simulation.tally.troubles.join('; ')}`];

  const graded = await gradeDeployment({ deployment, platform, frames, recorder, truth: simulation.truth });
  const { counts } = simulation.truth;
  const { tally } = simulation;
  return {
    breaches: [...breaches, ...graded.breaches],
    counts: {
      devices,
      kills: Object.values(deployment.parts).reduce((sum, part) => sum + part.counts.kills, 0),
      stops: Object.values(deployment.parts).reduce((sum, part) => sum + part.counts.stops, 0),
      framesSent: counts.sentFrames,
      samplesSent: counts.sentSamples,
      samplesAcknowledged: counts.acknowledgedSamples,
      malformedSent: counts.sentMalformed,
      resends: tally.resends,
      refusals: tally.refusals,
      lostConnections: tally.lostConnections,
      failedConnects: tally.failedConnects,
      ...graded.counts,
    },
  };
}
