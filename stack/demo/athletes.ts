import { SettingsChangedError, setAthleteSettings } from '../../runtime/athlete-settings.ts';
import type { KeyValue } from '../../runtime/kv/kv.ts';
import type { Logger } from '../../runtime/log.ts';
import { openPlatform, platformOptions } from '../../runtime/nats/platform.ts';
import { readOptions } from '../../runtime/options.ts';
import { createReleaseStack } from '../../runtime/release.ts';
import type { StatedSettings } from '../../schemas/athlete-settings.ts';
import type { StackOptions } from '../options.ts';
import type { StackUrls } from '../stack-urls.ts';

const from = '2010-01-01';

/** Whoever made the recordings did not say, so these are of somebody who could have. By device. */
const ATHLETES: Readonly<Record<string, StatedSettings>> = {
  'run-fenix2': {
    birthDate: '1980-05-04',
    sex: 'male',
    body: [{ from, weightKg: 72, restingHeartRateBpm: 50 }],
    heart: [{ from, maxHeartRateBpm: 188, heartRateZonesBpm: [113, 132, 146, 160, 173] }],
    thresholds: [{ from, sports: ['run'], thresholdSpeedMps: 3.6 }],
    gear: [{ id: 'shoes-1', kind: 'shoes', name: 'Road shoes', defaultFor: ['run'], from }],
  },
  'ride-edge810-power': {
    sex: 'male',
    body: [{ from, weightKg: 75, restingHeartRateBpm: 52 }],
    heart: [{ from, maxHeartRateBpm: 185 }],
    thresholds: [{ from, sports: ['ride'], ftpW: 250, wPrimeJ: 20_000 }],
    gear: [{ id: 'bike-1', kind: 'bike', name: 'Road bike', defaultFor: ['ride'], from }],
  },
};

/** States what the athletes of the recordings could state themselves, of whom nothing was ever stated. */
export async function stateDemoAthletes(
  options: StackOptions,
  { nats }: Pick<StackUrls, 'nats'>,
  log: Logger,
): Promise<void> {
  const release = createReleaseStack({ log });
  try {
    const platform = { ...readOptions(platformOptions, { argv: [], env: {} }), natsUrls: [nats] };
    const { shards, streamReplicas } = options;
    const opened = await openPlatform(
      { ...platform, shards, streamReplicas },
      // On the terminal of a start that it is connected is no news.
      { name: 'demonstration', logger: log.child({}, { level: 'warn' }), release },
    );
    const config = await opened.config();
    for (const [device, stated] of Object.entries(ATHLETES)) {
      // Where nobody checks tokens, nobody knows whose a device is either.
      await stateFirst(config, options.open ? device : `athlete-${device}`, stated);
    }
  } finally {
    await release.release();
  }
}

async function stateFirst(config: KeyValue, athlete: string, stated: StatedSettings): Promise<void> {
  try {
    await setAthleteSettings(config, athlete, stated, 0);
  } catch (error) {
    if (!(error instanceof SettingsChangedError)) throw error;
  }
}
