import { defineOptions, type Options } from '../runtime/options.ts';
import { FAULT_NAMES, FAULTS } from './faults.ts';
import { PROTOCOLS } from './fleet.ts';
import { PAYLOADS } from './load/load.ts';
import { raceOptions } from './race/race-options.ts';
import { SIMULATION_DEFAULTS } from './simulation.ts';

const faultTexts = FAULT_NAMES.map((fault) => `${fault}: ${FAULTS[fault].text}`).join(' ');

/** `npm run device-sim -- run|load|race [options]`. */
export const simOptions = defineOptions({
  command: {
    type: 'choice',
    choices: ['run', 'load', 'race'],
    default: 'run',
    positional: true,
    description:
      'run: devices with everything that happens to them. load: as many frames as the server takes. ' +
      'race: a race of which everything is known, from its start to the finish.',
  },
  host: { type: 'string', default: '127.0.0.1', description: 'Where ingest listens.' },
  mqttPort: { type: 'integer', default: 1883, min: 1, max: 65_535, description: 'Port for MQTT.' },
  websocketPort: { type: 'integer', default: 8081, min: 1, max: 65_535, description: 'Port for WebSocket.' },
  seed: { type: 'string', default: '1', description: 'The same seed gives the same devices, faults and values.' },
  tokenKey: {
    env: 'SLIPSTREAM_SIM_TOKEN_KEY',
    type: 'string',
    optional: true,
    description: 'File with the private key (JWK) that device tokens are signed with; without it none are sent.',
  },
  pair: {
    env: 'SLIPSTREAM_SIM_PAIR',
    type: 'string',
    optional: true,
    secret: true,
    description:
      'run: a code from an account (`POST /v1/devices/pairings`); the one device of the run becomes its own.',
  },
  json: {
    env: 'SLIPSTREAM_SIM_JSON',
    type: 'boolean',
    description: 'Progress and summary as JSON lines on standard output.',
  },
  protocols: {
    env: 'SLIPSTREAM_SIM_PROTOCOLS',
    type: 'list',
    choices: PROTOCOLS,
    default: ['mqtt', 'mqtt5', 'ws'],
    description: 'Devices take them in turn; raw and raw5 are MQTT without a library. load uses raw or raw5.',
  },
  samplesPerFrame: {
    env: 'SLIPSTREAM_SIM_SAMPLES_PER_FRAME',
    type: 'integer',
    default: 10,
    min: 1,
    max: 600,
    unit: 'count',
    description: 'Samples that a frame of a 1 Hz source holds.',
  },
  devices: {
    env: 'SLIPSTREAM_SIM_DEVICES',
    type: 'integer',
    default: 20,
    min: 0,
    max: 20_000,
    unit: 'count',
    description: 'Synthetic athletes; of a race its starters.',
  },
  fit: {
    env: 'SLIPSTREAM_SIM_FIT',
    type: 'list',
    description: 'run: FIT files; each is one more device.',
  },
  durationS: {
    env: 'SLIPSTREAM_SIM_DURATION_S',
    type: 'integer',
    default: 600,
    min: 1,
    max: 30 * 86_400,
    unit: 's',
    description: 'run: length of each synthetic workout.',
  },
  speed: {
    env: 'SLIPSTREAM_SIM_SPEED',
    type: 'number',
    default: 0,
    min: 0,
    unit: 'times',
    description: 'run, race: 1 is real time, 60 a minute a second, 0 as fast as acknowledged.',
  },
  anchorMs: {
    env: 'SLIPSTREAM_SIM_ANCHOR_MS',
    type: 'integer',
    optional: true,
    min: 1,
    unit: 'ms',
    description: 'run: the moment that all times follow from; the same one sends the same rows again. Now without it.',
  },
  faults: {
    env: 'SLIPSTREAM_SIM_FAULTS',
    type: 'list',
    choices: ['all', ...FAULT_NAMES],
    description: `run, race: what goes wrong. ${faultTexts}`,
  },
  faultRate: {
    env: 'SLIPSTREAM_SIM_FAULT_RATE',
    type: 'number',
    default: 1,
    min: 0,
    max: 100,
    unit: 'times',
    description: 'How often faults happen.',
  },
  devicePrefix: {
    env: 'SLIPSTREAM_SIM_DEVICE_PREFIX',
    type: 'string',
    default: 'load',
    description: 'load: how the names of the devices begin; loads that run at once need different ones.',
  },
  window: {
    env: 'SLIPSTREAM_SIM_WINDOW',
    type: 'integer',
    default: SIMULATION_DEFAULTS.window,
    min: 1,
    max: 32_768,
    unit: 'count',
    description: 'Frames that a device has in flight.',
  },
  frames: {
    env: 'SLIPSTREAM_SIM_FRAMES',
    type: 'integer',
    default: 1_000_000,
    min: 0,
    unit: 'count',
    description: 'load: frames in all; 0 goes on until stopped.',
  },
  framesPerS: {
    env: 'SLIPSTREAM_SIM_FRAMES_PER_S',
    type: 'number',
    default: 0,
    min: 0,
    unit: 'count',
    description: 'load: frames a second over all devices; 0 is as fast as acknowledged.',
  },
  framesPerTurn: {
    env: 'SLIPSTREAM_SIM_FRAMES_PER_TURN',
    type: 'integer',
    default: 8,
    min: 1,
    max: 1_024,
    unit: 'count',
    description: 'load: frames that a device sends in one go when there is a pace.',
  },
  payload: {
    env: 'SLIPSTREAM_SIM_PAYLOAD',
    type: 'choice',
    choices: PAYLOADS,
    default: 'frames',
    description: 'load: frames as ingest reads them; lines (line protocol) and json are for other systems, to compare.',
  },
  rides: {
    env: 'SLIPSTREAM_SIM_RIDES',
    type: 'integer',
    default: 0,
    min: 0,
    max: 1_024,
    unit: 'count',
    description:
      'load: rides as long as the span that devices share, live from now on; 0: some frames each, in the past.',
  },
  raceRides: {
    env: 'SLIPSTREAM_SIM_RACE_RIDES',
    type: 'boolean',
    description: 'load: the rides are runs on the course of a race of this seed, from its start (--course-m).',
  },
  sampleGapMs: {
    env: 'SLIPSTREAM_SIM_SAMPLE_GAP_MS',
    type: 'integer',
    default: 1_000,
    min: 1,
    max: 60_000,
    unit: 'ms',
    description: 'load: device time between two samples.',
  },
  spanS: {
    env: 'SLIPSTREAM_SIM_SPAN_S',
    type: 'integer',
    default: 3 * 86_400,
    min: 60,
    max: 30 * 86_400,
    unit: 's',
    description: 'load: device time that ends now; a device that is through with it begins again with a new boot.',
  },
  giveUpMs: {
    env: 'SLIPSTREAM_SIM_GIVE_UP_MS',
    type: 'integer',
    default: SIMULATION_DEFAULTS.giveUpMs,
    min: 1_000,
    unit: 'ms',
    description: 'A device that gets no acknowledgement for this long gives up.',
  },
  ...raceOptions,
});
export type SimOptions = Options<typeof simOptions>;
