import { Type } from 'typebox';
import { OWN_DEVICE_NAME_PATTERN } from '../../schemas/identity.ts';
import { CODE_PATTERN } from './pairing-code.ts';
import { MAX_FIRMWARES } from './reader.ts';

const closed = { additionalProperties: false };
const maybeNumber = (description: string) => Type.Unsafe<number | null>({ type: ['integer', 'null'], description });

export const PairingCode = Type.Object(
  {
    code: Type.String({ description: 'To be typed into the device: `WDJB-MJHT`.' }),
    expiresMs: Type.Integer({ description: 'It is good once, until then.' }),
  },
  closed,
);

export const Pairing = Type.Object(
  {
    code: Type.String({
      maxLength: 40,
      pattern: CODE_PATTERN,
      description: 'As it was typed; case makes no difference.',
    }),
    device: Type.String({
      pattern: OWN_DEVICE_NAME_PATTERN.source,
      description: 'As the device calls itself: its serial number.',
    }),
  },
  closed,
);

export const DeviceCredential = Type.Object(
  {
    device: Type.String({ description: 'The id that its frames carry: its own name behind a word of the account.' }),
    credential: Type.String({ description: 'The token that it shows at ingest. It is told once, and kept nowhere.' }),
    expiresMs: Type.Integer({ description: 'Before then the device asks for the next one.' }),
  },
  closed,
);

const DeviceStateSchema = Type.Object(
  {
    lastSeenMs: maybeNumber('Time of its newest sample; null where none came within a year.'),
    batteryPercent: Type.Unsafe<number | null>({ type: ['number', 'null'], description: 'As it measured last.' }),
    firmware: Type.String({ description: "'' where it says nothing." }),
    missingFrames: Type.Integer({ description: 'Frames of the last week that its numbers skip: in no store, so far.' }),
  },
  closed,
);

const OwnDevice = Type.Object(
  {
    device: Type.String(),
    name: Type.String({ description: 'As its owner calls it, or as it calls itself.' }),
    ownName: Type.String({ description: 'As it called itself when it was paired.' }),
    version: Type.Integer({ description: 'Of its name; the ETag that a change asks for is `"device-<version>"`.' }),
    pairedMs: Type.Integer(),
    credentialExpiresMs: maybeNumber('When its newest credential ends; null where it has none that counts.'),
    state: Type.Union([DeviceStateSchema, Type.Null()], { description: 'Null while the store gives no answer.' }),
    deadLetters: Type.Union(
      [
        Type.Object(
          {
            messages: Type.Integer(),
            reasons: Type.Record(Type.String(), Type.Integer(), { description: 'By the rule that was broken.' }),
          },
          closed,
        ),
        Type.Null(),
      ],
      { description: 'Frames that were not accepted and are kept; null while nobody can count them.' },
    ),
  },
  closed,
);

const MAX_NAME_CHARACTERS = 60;
export const DeviceNaming = Type.Object(
  {
    name: Type.Union(
      [
        Type.String({
          minLength: 1,
          maxLength: MAX_NAME_CHARACTERS,
          // Something to be seen, and nothing that breaks a line.
          pattern: '^[^\\s\\u0000-\\u001f\\u007f]([^\\u0000-\\u001f\\u007f]*[^\\s\\u0000-\\u001f\\u007f])?$',
          description: 'As its owner calls it.',
        }),
        Type.Null(),
      ],
      { description: 'Null: as it calls itself.' },
    ),
  },
  closed,
);

export const NamedDevice = Type.Object(
  { device: Type.String(), name: Type.String(), ownName: Type.String(), version: Type.Integer() },
  { ...closed, title: 'NamedDevice' },
);

export const FirmwareHistory = Type.Object(
  {
    firmwares: Type.Array(
      Type.Object(
        {
          firmware: Type.String({ description: 'As the device calls it.' }),
          sinceMs: Type.Integer({ description: 'Time of the first sample with it after another one.' }),
        },
        closed,
      ),
      { maxItems: MAX_FIRMWARES },
    ),
  },
  closed,
);

export const DeviceList = Type.Object({ devices: Type.Array(OwnDevice) }, closed);
