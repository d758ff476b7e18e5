import { makeDataDir } from '../../deployment/deployment.ts';
import { readStream, startIngestAlone } from '../../deployment/ingest-alone.ts';
import { type Figure, figureOf, ratioOf } from '../../figure.ts';
import { startAedes } from '../../peers/aedes.ts';
import { startMosquitto } from '../../peers/mosquitto.ts';
import { orMissing } from '../../peers/peer.ts';
import type { Outcome, ScenarioDeps } from '../../scenario.ts';
import { count, inRange } from '../../words.ts';
import { type Broker, giveTurn, type Turn } from './broker.ts';

const CONNECTIONS = 50;
const WINDOW = 256;
const SIZES = [
  { name: 'one', samplesPerFrame: 1 },
  { name: 'ten', samplesPerFrame: 10 },
] as const;
const OURS = 'slipstream';
/** A load that had so much of a core may have been what limited the broker. */
const BUSY_LOAD_CORES = 0.95;

/**
 * QoS 1 publishes acknowledged a second: by ingest, which checks tokens, decodes, validates and has JetStream store
 * them before, and by brokers that only pass them on. All get the same bytes from the same load, in turns.
 */
export async function runIngest(deps: ScenarioDeps): Promise<Outcome> {
  const { options, release, say, signal } = deps;
  const dir = await makeDataDir(release);
  const ours = await startIngestAlone(deps, { dir });
  const place = { dir, release, say, mayInstall: options.installPeers };
  const peers = { mosquitto: await orMissing(() => startMosquitto(place)), aedes: await startAedes(place) };
  const missing: Record<string, string> = {};
  const versions: Record<string, string> = {};
  const brokers: Broker[] = [{ name: OURS, target: ours, pids: ours.pids }];
  for (const [name, peer] of Object.entries(peers)) {
    if (typeof peer === 'string') missing[name] = peer;
    else {
      brokers.push({ name, target: peer, pids: new Map([[name, peer.pid]]) });
      versions[name] = peer.version;
    }
  }
  for (const [name, why] of Object.entries(missing)) say(`without ${name}: ${why}`);

  const warmUps: Turn[] = [];
  const turns: Record<string, Turn[]> = { one: [], ten: [] };
  for (const { name, samplesPerFrame } of SIZES) {
    const shape = { connections: CONNECTIONS, window: WINDOW, samplesPerFrame };
    for (const broker of options.warmUpS > 0 ? brokers : []) {
      say(`warming up ${broker.name}, ${samplesPerFrame} a frame`);
      warmUps.push(
        await giveTurn(broker, { ...shape, seconds: Math.ceil(options.warmUpS / 3), prefix: `warm-${name}` }, deps),
      );
    }
    for (let round = 0; round < options.rounds; round++) {
      for (const broker of brokers) {
        const prefix = `${name}-${round}`;
        const turn = await giveTurn(broker, { ...shape, seconds: Math.ceil(options.roundS / 2), prefix }, deps);
        say(lineOf(turn));
        turns[name].push(turn);
      }
    }
  }
  const all = [...warmUps, ...Object.values(turns).flat()];
  const own = all.filter(({ broker }) => broker === OURS);
  const acknowledged = own.reduce((sum, { load }) => sum + load.samplesAcknowledged, 0);
  const stream = await readStream(ours.natsUrl, signal);
  const figures = figuresOf(turns);
  return {
    lines: Object.entries(figures).map(([name, figure]) => `${name.padEnd(24)}${inRange(figure)}`),
    figures,
    notes: [
      `${CONNECTIONS} connections, ${WINDOW} frames in flight each`,
      ...Object.entries(missing).map(([name, why]) => `without ${name}: ${why}`),
    ],
    measured: { peers: versions, missingPeers: missing, connections: CONNECTIONS, window: WINDOW, stream, turns },
    reasons: reasonsOf(all, acknowledged, stream.samples),
  };
}

function figuresOf(turns: Readonly<Record<string, readonly Turn[]>>): Record<string, Figure> {
  const figures: Record<string, Figure> = {};
  for (const [size, of] of Object.entries(turns)) {
    const by = Map.groupBy(of, ({ broker }) => broker);
    const framesPerS = (name: string) => by.get(name)!.map((turn) => turn.framesPerS);
    for (const [broker, own] of by) {
      figures[`${size}FramesPerS.${broker}`] = figureOf(framesPerS(broker));
      figures[`${size}CpuUsPerFrame.${broker}`] = figureOf(own.map(({ cpuUsPerFrame }) => cpuUsPerFrame));
    }
    figures[`${size}SamplesPerS`] = figureOf(by.get(OURS)!.map(({ samplesPerS }) => samplesPerS));
    if (by.has('mosquitto')) figures[`${size}Ratio`] = ratioOf(framesPerS(OURS), framesPerS('mosquitto'));
    if (by.has('aedes')) figures[`${size}RatioToAedes`] = ratioOf(framesPerS(OURS), framesPerS('aedes'));
  }
  return figures;
}

function reasonsOf(turns: readonly Turn[], acknowledged: number, stored: number): string[] {
  const reasons = turns.flatMap(({ broker, load }) => {
    const { dead, refusals, lostConnections, cores } = load;
    return [
      ...(dead + refusals + lostConnections > 0
        ? [`${broker}: ${dead} dead, ${refusals} refusals, ${lostConnections} lost connections`]
        : []),
      ...(cores > BUSY_LOAD_CORES
        ? [`${broker}: the load used ${cores.toFixed(2)} of its one core and may limit`]
        : []),
    ];
  });
  if (stored !== acknowledged) {
    reasons.push(`${count(acknowledged)} samples were acknowledged, the stream holds ${count(stored)}`);
  }
  return reasons;
}

function lineOf({ broker, framesPerS, cpuUsPerFrame, load }: Turn): string {
  return (
    `${broker.padEnd(12)}${count(framesPerS).padStart(9)} frames/s, ${cpuUsPerFrame.toFixed(2)} µs of CPU each; ` +
    `the load ${load.cpuUsPerFrame.toFixed(2)} µs, ${load.cores.toFixed(2)} cores`
  );
}
