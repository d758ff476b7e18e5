import type { SimulatedDevice } from '../../device-sim/fleet.ts';
import type { Random } from '../../device-sim/random.ts';
import type { Ingest } from '../../ingest/ingest.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Chaos } from './chaos.ts';
import { createNetwork } from './network.ts';
import { createOutages } from './outages.ts';
import type { Platform } from './platform.ts';
import type { ModelProcess } from './process.ts';
import { createSupervisor, type Program } from './supervisor.ts';

export interface RolesDeps {
  readonly platform: Platform;
  readonly fleet: readonly SimulatedDevice[];
  readonly clock: Clock;
  readonly chaos: Chaos;
  readonly random: Random;
  trace(words: string): void;
  onBreach(words: string): void;
}

/** The deployment: ingest, a process for each sink, two holders; the network before them and the engines' outages. */
export function createRoles({ platform, fleet, clock, chaos, random, trace, onBreach }: RolesDeps) {
  const ingests = new Map<ModelProcess, Ingest>();
  const athletes = new Map(fleet.map(({ device, athlete }) => [device, athlete]));
  const network = createNetwork({
    clock,
    chaos,
    random,
    listeners: () => [...ingests].map(([process, { intake }]) => ({ process, intake })),
    athleteOf: (device) => athletes.get(device) ?? '',
    onBreach,
  });

  function startIngest(process: ModelProcess): Program {
    const ingest = platform.startIngest(process);
    ingests.set(process, ingest);
    process.onKilled(() => ingests.delete(process));
    return {
      // It works until it is stopped.
      run: () => new Promise(() => undefined),
      drain: () => ingest.drain(new AbortController().signal),
      async stop() {
        network.endAll(process, 'the server is gone');
        await ingest.stop();
      },
    };
  }

  const outages = createOutages({ clock, chaos, trace, onNatsLost: () => platform.holder.loseWatches() });
  const supervise = (role: string, start: (process: ModelProcess) => Program, instances = 1) =>
    createSupervisor({ role, start, instances, clock, chaos, trace });
  const roles = [
    supervise('ingest', startIngest),
    supervise('questdb', (process) => platform.startSink(process, platform.questdb)),
    supervise('clickhouse', (process) => platform.startSink(process, platform.clickhouse)),
    supervise('holder', (process) => platform.holder.start(process), 2),
  ];
  const sum = (count: 'kills' | 'stops' | 'retired') => roles.reduce((total, role) => total + role.counts[count], 0);

  return {
    connects: { mqtt: network.connectBy('mqtt'), mqtt5: network.connectBy('mqtt5'), ws: network.connectBy('ws') },
    start: () => {
      for (const role of roles) role.fill();
    },
    calm: () => {
      outages.stop();
      for (const role of roles) role.calm();
    },
    end: () => {
      for (const role of roles) role.end();
    },
    crashes: () =>
      roles.flatMap(({ role, crashes }) =>
        crashes.map((crash) => `${role} crashed: ${crash instanceof Error ? crash.stack : crash}`),
      ),
    counts: () => ({ kills: sum('kills'), stops: sum('stops'), retired: sum('retired'), outages: outages.count() }),
  };
}
