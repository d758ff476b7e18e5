import { Type } from 'typebox';
import { Uuid } from '../accounts/statements.ts';
import { LANGUAGES, UNITS } from '../profile/statements.ts';
import { NextCursor } from '../requests/paging.ts';
import { CHANNELS, KIND_NAMES } from './kinds.ts';

const closed = { additionalProperties: false };
const nullableString = (description: string) => Type.Unsafe<string | null>({ type: ['string', 'null'], description });
const nullableInteger = (description: string) => Type.Unsafe<number | null>({ type: ['integer', 'null'], description });
const NotificationId = Type.String({ pattern: '^[1-9]\\d{0,17}$' });
const Url = Type.String({ minLength: 1, maxLength: 2_048, description: 'https, on the public internet.' });

const Notification = Type.Object(
  {
    id: NotificationId,
    kind: Type.String({ enum: [...KIND_NAMES] }),
    title: Type.String({ description: "One line, in the account's language and units." }),
    text: Type.String({ description: 'More lines; empty where the title says all.' }),
    path: Type.String({ description: 'Page that tells more, from the root.' }),
    data: Type.Record(Type.String(), Type.Unknown(), { description: 'What the words are made of, by kind.' }),
    eventMs: Type.Integer(),
    createdMs: Type.Integer(),
    readMs: nullableInteger('Null until it was read.'),
    withdrawnMs: nullableInteger('When it turned out not to hold; null of all that does.'),
  },
  closed,
);
export const NotificationList = Type.Object(
  { notifications: Type.Array(Notification), unread: Type.Integer(), next: NextCursor },
  closed,
);
export const Reading = Type.Object(
  {
    ids: Type.Optional(
      Type.Array(NotificationId, {
        minItems: 1,
        maxItems: 200,
        uniqueItems: true,
        description: 'Either these or `upTo`.',
      }),
    ),
    upTo: Type.Optional(Type.String({ pattern: '^[1-9]\\d{0,17}$', description: 'It, and all before it.' })),
  },
  closed,
);
export const Unread = Type.Object({ unread: Type.Integer() }, closed);

const Time = Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$', description: 'HH:MM' });
const QuietHours = Type.Union([Type.Object({ from: Time, to: Time }, closed), Type.Null()], {
  description: 'No letter is sent and nothing is pushed in them, each day by the clock of `timeZone`; null for none.',
});
const Channels = Object.fromEntries(CHANNELS.map((channel) => [channel, Type.Boolean()]));
const SomeChannels = Object.fromEntries(CHANNELS.map((channel) => [channel, Type.Optional(Type.Boolean())]));

export const PreferenceChange = Type.Object(
  {
    quietHours: QuietHours,
    kinds: Type.Object(
      Object.fromEntries(KIND_NAMES.map((kind) => [kind, Type.Optional(Type.Object(SomeChannels, closed))])),
      { ...closed, description: 'What is left out stays as it is.' },
    ),
  },
  closed,
);
export const ShownPreferences = Type.Object(
  {
    version: Type.Integer(),
    language: Type.Enum([...LANGUAGES], { type: 'string', description: "The profile's, as the zone is." }),
    units: Type.Enum([...UNITS], { type: 'string', description: "The profile's; numbers of all news are in them." }),
    timeZone: Type.String(),
    quietHours: QuietHours,
    kinds: Type.Object(Object.fromEntries(KIND_NAMES.map((kind) => [kind, Type.Object(Channels, closed)])), closed),
    names: Type.Record(Type.String(), Type.String(), { description: 'What each kind is called, in the language.' }),
  },
  closed,
);

export const PushKey = Type.Object(
  { publicKey: Type.String({ description: 'VAPID, for `pushManager.subscribe` as `applicationServerKey`.' }) },
  closed,
);
export const NewSubscription = Type.Object(
  {
    endpoint: Url,
    // An uncompressed point of P-256, and 16 bytes (RFC 8291, 3.1 and 3.2).
    p256dh: Type.String({ pattern: '^B[A-Za-z0-9_-]{86}$', description: 'As PushSubscription.toJSON() has it.' }),
    auth: Type.String({ pattern: '^[A-Za-z0-9_-]{22}$', description: 'As PushSubscription.toJSON() has it.' }),
  },
  closed,
);
export const ShownSubscription = Type.Object(
  {
    id: Type.String(),
    host: Type.String({ description: 'Of the push service.' }),
    agent: Type.String({ description: 'What the browser called itself.' }),
    createdMs: Type.Integer(),
  },
  closed,
);
export const SubscriptionList = Type.Object({ subscriptions: Type.Array(ShownSubscription) }, closed);

export const NewWebhook = Type.Object({ url: Url }, closed);
export const WebhookChange = Type.Object(
  { url: Url, isEnabled: Type.Boolean({ description: 'Switching it on forgets all failures.' }) },
  closed,
);
export const ShownWebhook = Type.Object(
  {
    id: Type.String(),
    url: Type.String(),
    version: Type.Integer(),
    createdMs: Type.Integer(),
    isEnabled: Type.Boolean(),
    failures: Type.Integer({ description: 'Attempts since one was answered well; 30 switch it off.' }),
    disabledMs: nullableInteger('Null while it is on.'),
    disabledBecause: nullableString('`owner`, or what came of the last attempt.'),
    lastMs: nullableInteger('Of the last attempt.'),
    lastOutcome: nullableString('Status of the last attempt, or words for why there is none.'),
  },
  closed,
);
export const WebhookList = Type.Object({ webhooks: Type.Array(ShownWebhook) }, closed);
export const ShownDelivery = Type.Object(
  {
    atMs: Type.Integer(),
    isTest: Type.Boolean({ description: 'Its owner asked for it.' }),
    notifications: Type.Integer({ description: 'How many were in the message.' }),
    outcome: Type.String({ description: 'Status of the answer, or words for why there is none.' }),
    isGood: Type.Boolean({ description: 'It was answered by 200 to 299.' }),
  },
  closed,
);
export const DeliveryList = Type.Object({ deliveries: Type.Array(ShownDelivery, { maxItems: 20 }) }, closed);
export const WebhookSecret = Type.Object(
  {
    secret: Type.String({
      description:
        'Messages come with `Slipstream-Signature: t=<seconds>,v1=<hex>`: HMAC-SHA-256 by this secret of ' +
        '`<seconds>.<body>`. Refuse what is older than five minutes. A message may come twice.',
    }),
  },
  closed,
);
export const IdParams = Type.Object({ id: Type.String(Uuid) });
