import { type DeadReason, REASONS } from '../../schemas/reasons.ts';
import type { Phrase } from '../race/words-en.ts';

export const en = {
  title: 'Operations',
  places: 'Places',
  activities: 'Activities',
  races: 'Races',
  loading: 'Loading …',
  ageNow: 'data from now',
  ageSeconds: { one: 'data {n} second old', other: 'data {n} seconds old' },
  ageMinutes: { one: 'data {n} minute old', other: 'data {n} minutes old' },
  noAnswer: 'The API gives no answer; it is asked again by itself.',
  unwell: 'The API has trouble: {why}',
  unknown: 'not known',

  askTitle: 'For those who run the platform',
  askToken: 'The token of an operator',
  askGo: 'Show how it stands',
  askHow: '`npm start` prints a link that holds one. For another: npm run token -- me --operator',

  engines: 'Engines',
  up: 'up',
  unwellEngine: 'answers, but does not do its work',
  silent: 'no answer in time',
  down: 'down',
  version: 'Version',
  answered: 'Answered in',

  flows: 'Samples a second',
  accepted: 'Accepted',
  stored: 'Stored in {store}',
  overSeconds: { one: 'mean of {n} second', other: 'mean of {n} seconds' },
  noRate: 'Known after the second look.',
  chart: 'The last five minutes: between {low} and {high}.',

  lags: 'Lag of each consumer',
  consumer: 'Consumer',
  sink: '{store}, sink',
  readers: { one: '{n} reader in order', other: '{n} readers in order' },
  waiting: 'Messages',
  behind: 'Oldest',
  noLags: 'NATS does not say.',
  noConsumers: 'Nobody reads a stream yet.',

  ledger: 'Ledger, in samples',
  balanced: 'balanced',
  unbalanced: 'out of balance',
  written: 'Written',
  refused: 'Refused',
  expired: 'Too old',
  inFlight: 'On the way',
  turnedAway: 'Frames turned away at the door: {refused} refused, {shed} shed.',

  deadLetters: 'Dead letters by reason',
  deadTotal: '{n} in all',
  noDead: 'None: every frame could be used.',
  deadTooMany: 'Too many devices have some for them to be counted by reason.',
  reason: 'Reason',
  count: 'Count',

  connections: 'Connections',
  overMqtt: 'Devices, MQTT',
  overWebsocket: 'Devices, WebSocket',
  natsClients: 'Clients of NATS',
  noIngests: 'Devices: no metrics page of ingest is named (--ingest-metrics-urls).',
  silentIngests: {
    one: '{n} of {all} processes of ingest gives no answer.',
    other: '{n} of {all} processes of ingest give no answer.',
  },
} satisfies Record<string, Phrase>;

export type OperationsPhrase = keyof typeof en;
export type OperationsDictionary = Readonly<Record<OperationsPhrase, Phrase>>;

/** What each reason of a dead letter means: the words of the documents. */
export const enReasons = Object.fromEntries(
  Object.entries(REASONS).map(([reason, { text }]) => [reason, text]),
) as Record<DeadReason, string>;
