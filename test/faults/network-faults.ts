import type { WireName } from './deployment.ts';
import type { Fault, Ground } from './fault.ts';
import type { Mood } from './store-proxy.ts';

type StoreName = 'questdb' | 'clickhouse';
const STORES: readonly (readonly [StoreName, string])[] = [
  ['questdb', 'QuestDB'],
  ['clickhouse', 'ClickHouse'],
];

const TROUBLE_MS = 5_000;

/** The store is in this mood for a while. */
async function sulk({ deployment, wait }: Ground, store: StoreName, mood: Mood): Promise<void> {
  deployment.stores[store].setMood(mood);
  await wait(TROUBLE_MS);
  deployment.stores[store].setMood({ kind: 'well' });
}

const storeFaults = STORES.flatMap(([store, title]): Fault[] => {
  const fault = (name: string, what: string, promise: string, mood: Mood): Fault => ({
    name: `${store}-${name}`,
    title: `${title} ${what}`,
    promise,
    isRandom: true,
    strike: (ground) => sulk(ground, store, mood),
  });
  return [
    fault('slow', 'answers 1.5 s late', 'batches get bigger, the stream keeps, devices notice nothing', {
      kind: 'slow',
      ms: 1_500,
    }),
    fault('errors', 'answers 500 to everything', 'the sink backs off and tries again; nothing goes to DEAD', {
      kind: 'errors',
    }),
    fault('silent', 'takes requests and never answers', 'the sink waits within its bounds and tries again', {
      kind: 'silent',
    }),
    fault('answers-lost', 'stores, and its answers are lost', 'batches are written again, rows are there once', {
      kind: 'answers-lost',
    }),
    fault('half-writes', 'loses connections in the middle of writes', 'batches are written again, whole', {
      kind: 'half-writes',
    }),
  ];
});

const WIRES: readonly (readonly [readonly WireName[], string, string, string])[] = [
  [
    ['mqtt', 'websocket'],
    'device',
    'devices’ connections, in the middle of packets',
    'a part of a packet is nothing; devices resend what was not acknowledged',
  ],
  [
    ['nats-of-ingest', 'nats-of-processors'],
    'nats',
    'connections to NATS, in the middle of messages',
    'publishes are repeated under their ids, messages come again',
  ],
];
const CUTS = 8;
const CUT_EVERY_MS = 600;
/** Longer than it takes NATS' clients to notice that nobody answers their pings. */
const SILENCE_MS = 18_000;

const wireFaults = WIRES.map(
  ([wires, name, what, promise]): Fault => ({
    name: `cut-${name}-connections`,
    title: `${CUTS} cuts of all ${what}`,
    promise,
    isRandom: true,
    async strike({ deployment, random, wait }) {
      for (let i = 0; i < CUTS; i++) {
        for (const wire of wires) deployment.wires[wire].cutInTheMiddle(random);
        await wait(CUT_EVERY_MS);
      }
    },
  }),
);

const silentNats: Fault = {
  name: 'nats-silent',
  title: `NATS says nothing for ${SILENCE_MS / 1_000} s and closes no connection`,
  promise: 'unanswered pings end the connection; nothing is taken meanwhile, nothing is lost',
  isRandom: false,
  async strike({ deployment: { wires } }) {
    for (const name of ['nats-of-ingest', 'nats-of-processors'] as const) wires[name].setSilent(true);
    // Whatever the devices do: the time that is to be proven is that of the clients' pings.
    await new Promise((resolve) => setTimeout(resolve, SILENCE_MS));
    for (const name of ['nats-of-ingest', 'nats-of-processors'] as const) wires[name].setSilent(false);
  },
};

const slowRadio: Fault = {
  name: 'slow-device-connections',
  title: 'devices’ connections are 400 ms slower each way',
  promise: 'acknowledgements are as much later, nothing else changes',
  isRandom: true,
  async strike({ deployment: { wires }, wait }) {
    for (const name of ['mqtt', 'websocket'] as const) wires[name].setDelay(400);
    await wait(TROUBLE_MS);
    for (const name of ['mqtt', 'websocket'] as const) wires[name].setDelay(0);
  },
};

export const NETWORK_FAULTS: readonly Fault[] = [...storeFaults, ...wireFaults, silentNats, slowRadio];
