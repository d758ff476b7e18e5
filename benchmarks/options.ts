import { defineOptions, type Options } from '../runtime/options.ts';

export const SCENARIOS = ['end-to-end', 'websocket', 'ilp-encoder'] as const;
export const STORES = ['questdb', 'clickhouse'] as const;
export type StoreName = (typeof STORES)[number];

/** `npm run bench -- [scenario] [options]`. Without any: the canonical load and its pass rule. */
export const benchOptions = defineOptions({
  scenario: {
    type: 'choice',
    choices: SCENARIOS,
    default: 'end-to-end',
    positional: true,
    env: 'SLIPSTREAM_BENCH_SCENARIO',
    description:
      'end-to-end: what the whole path sustains into the stores. websocket: what ingest spends on frames of phones. ' +
      'ilp-encoder: what making line protocol costs, by our encoder and by the client of QuestDB.',
  },
  warmUpS: {
    env: 'SLIPSTREAM_BENCH_WARM_UP_S',
    type: 'integer',
    default: 15,
    min: 0,
    max: 600,
    unit: 's',
    description: 'Load before the measured one; the JVM compiles its hot code meanwhile.',
  },
  rampS: {
    env: 'SLIPSTREAM_BENCH_RAMP_S',
    type: 'integer',
    default: 3,
    min: 0,
    max: 60,
    unit: 's',
    description: 'From the start of the measured load until the span begins.',
  },
  measureS: {
    env: 'SLIPSTREAM_BENCH_MEASURE_S',
    type: 'integer',
    default: 25,
    min: 1,
    max: 3_600,
    unit: 's',
    description: 'The measured span.',
  },
  offeredSamplesPerS: {
    env: 'SLIPSTREAM_BENCH_OFFERED_SAMPLES_PER_S',
    type: 'integer',
    default: 165_000,
    min: 0,
    unit: 'count',
    description: 'What the devices send together; 0 is as fast as acknowledged.',
  },
  requiredSamplesPerS: {
    env: 'SLIPSTREAM_BENCH_REQUIRED_SAMPLES_PER_S',
    type: 'integer',
    default: 150_000,
    min: 0,
    unit: 'count',
    description: 'What each store must have written in the span to pass; 0 judges no speed.',
  },
  loads: {
    env: 'SLIPSTREAM_BENCH_LOADS',
    type: 'integer',
    default: 1,
    min: 1,
    max: 16,
    unit: 'count',
    description: 'Load processes; the devices and the rate are spread over them.',
  },
  devices: {
    env: 'SLIPSTREAM_BENCH_DEVICES',
    type: 'integer',
    default: 200,
    min: 1,
    max: 10_000,
    unit: 'count',
    description: 'Devices, each with a connection of its own.',
  },
  window: {
    env: 'SLIPSTREAM_BENCH_WINDOW',
    type: 'integer',
    default: 64,
    min: 1,
    max: 32_768,
    unit: 'count',
    description: 'Frames that a device has in flight at most.',
  },
  samplesPerFrame: {
    env: 'SLIPSTREAM_BENCH_SAMPLES_PER_FRAME',
    type: 'integer',
    default: 10,
    min: 1,
    max: 600,
    unit: 'count',
    description: 'Samples in each frame.',
  },
  sampleGapMs: {
    env: 'SLIPSTREAM_BENCH_SAMPLE_GAP_MS',
    type: 'integer',
    default: 1_000,
    min: 1,
    max: 60_000,
    unit: 'ms',
    description: 'Device time between two samples.',
  },
  protocol: {
    env: 'SLIPSTREAM_BENCH_PROTOCOL',
    type: 'choice',
    choices: ['raw', 'raw5'],
    default: 'raw',
    description: 'raw: MQTT 3.1.1, raw5: MQTT 5; QoS 1, without a client library.',
  },
  sinks: {
    env: 'SLIPSTREAM_BENCH_SINKS',
    type: 'list',
    choices: STORES,
    default: STORES,
    description: 'Stores that are written and counted.',
  },
  holdShards: {
    env: 'SLIPSTREAM_BENCH_HOLD_SHARDS',
    type: 'boolean',
    default: true,
    description: 'Hold the shards: roll-ups and what was accepted.',
  },
  resultsDir: {
    env: 'SLIPSTREAM_BENCH_RESULTS_DIR',
    type: 'string',
    default: 'benchmarks/results',
    description: 'Where the result file goes; worth keeping are few.',
  },
});
export type BenchOptions = Options<typeof benchOptions>;
