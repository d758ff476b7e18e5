import { channelIndex } from '../../schemas/channels.ts';
import type { DamageCounts } from '../reasons.ts';
import { SeriesBuilder } from '../series.ts';
import { type FitDefinition, type FitField, type FitMessage, fieldNumber, fitNumber, widthOf } from './fit-messages.ts';
import { fieldName } from './profile.ts';
import {
  COMPRESSED_SPEED_DISTANCE,
  type DeveloperField,
  developerChannel,
  FRACTIONAL_CADENCE,
  MESSAGE,
  RECORD_FIELDS,
  type RecordField,
  SILENT_FIELDS,
} from './record-fields.ts';

/** Seconds of FIT count from the end of 1989. */
const FIT_EPOCH_MS = Date.UTC(1989, 11, 31);
/** Smaller numbers count from when the device was switched on (FIT profile, `date_time`). */
const MIN_DATE_S = 0x10000000;
const DISTANCE_ROLLOVER = 1 << 12;

/** 0, which no activity has, for a time that counts from when the device was switched on; NaN stays NaN. */
export function fitTimeMs(seconds: number): number {
  return seconds < MIN_DATE_S ? 0 : FIT_EPOCH_MS + seconds * 1_000;
}

export const fitSecondsOf = (timeMs: number) => (timeMs - FIT_EPOCH_MS) / 1_000;

/** What to do with each field of one definition, worked out once. */
interface Plan {
  readonly steps: readonly { field: FitField; baseType: number; to: RecordField }[];
  readonly unknown: readonly { field: FitField; baseType: number; name: string }[];
  readonly fraction: FitField | undefined;
  readonly compressed: FitField | undefined;
}

const CADENCE = channelIndex('cadence');
const SPEED = channelIndex('speed');
const DISTANCE = channelIndex('distance');

/** Turns records into samples. `describe` has to be told of developers' fields before the records that use them. */
export function createRecordReader(damage: DamageCounts, nowMs: number) {
  const series = new SeriesBuilder(damage, nowMs);
  const plans = new WeakMap<FitDefinition, Plan>();
  const developers = new Map<string, DeveloperField>();
  const ignored = new Map<string, number>();
  const compressed = { last: 0, sum: 0, isFirst: true };

  function planOf(definition: FitDefinition): Plan {
    const known = plans.get(definition);
    if (known !== undefined) return known;
    const steps: { field: FitField; baseType: number; to: RecordField }[] = [];
    const unknown: { field: FitField; baseType: number; name: string }[] = [];
    for (const field of definition.fields) {
      const { to, baseType, name } = meaningOf(field);
      if (to !== null) steps.push({ field, baseType, to });
      else if (name !== null) unknown.push({ field, baseType, name });
    }
    steps.sort((a, b) => b.to.rank - a.to.rank);
    const own = (number: number) => definition.fields.find((one) => one.number === number && one.developer < 0);
    const plan = {
      steps,
      unknown,
      fraction: own(FRACTIONAL_CADENCE.field),
      compressed: own(COMPRESSED_SPEED_DISTANCE),
    };
    plans.set(definition, plan);
    return plan;
  }

  function meaningOf(field: FitField): { to: RecordField | null; baseType: number; name: string | null } {
    const { number, developer, baseType } = field;
    if (developer < 0) {
      const name = SILENT_FIELDS.has(number) ? null : fieldName(MESSAGE.record, number);
      return { to: RECORD_FIELDS[number] ?? null, baseType, name };
    }
    const described = developers.get(`${developer}.${number}`);
    if (described === undefined) return { to: null, baseType: 2, name: `developer field ${developer}.${number}` };
    return { to: developerChannel(described), baseType: described.baseType, name: described.name };
  }

  function takeRecord(message: FitMessage): void {
    const { steps, unknown, fraction, compressed: packed } = planOf(message.definition);
    if (!begin(message)) return;
    for (let i = 0; i < steps.length; i++) {
      const { field, baseType, to } = steps[i];
      let stored = fieldNumber(message, field, baseType) * to.factor + to.plus;
      if (to.channel === CADENCE && fraction !== undefined && field.number === 4) {
        const part = fieldNumber(message, fraction, fraction.baseType) * FRACTIONAL_CADENCE.factor;
        if (!Number.isNaN(part)) stored += part;
      }
      series.set(to.channel, stored);
    }
    if (packed !== undefined) takeCompressed(message, packed);
    for (const { field, baseType, name } of unknown) if (isSet(message, field, baseType)) ignore(name);
  }

  function ignore(name: string): void {
    ignored.set(name, (ignored.get(name) ?? 0) + 1);
  }

  function begin(message: FitMessage): boolean {
    return series.begin(fitTimeMs(message.timeS));
  }

  function takeCompressed(message: FitMessage, field: FitField): void {
    const [a, b, c] = [0, 1, 2].map((i) => message.view.getUint8(message.at + field.offset + i));
    if (field.sizeBytes !== 3 || (a === 0xff && b === 0xff && c === 0xff)) return;
    series.set(SPEED, (a | ((b & 0x0f) << 8)) * 10);
    const distance = (b >> 4) | (c << 4);
    compressed.sum += compressed.isFirst
      ? distance
      : (distance - compressed.last + DISTANCE_ROLLOVER) % DISTANCE_ROLLOVER;
    compressed.last = distance;
    compressed.isFirst = false;
    series.set(DISTANCE, (compressed.sum * 100) / 16);
  }

  return {
    series,
    ignored,
    ignore,
    takeRecord,
    /** A message that measures one channel by itself. */
    takeReading(message: FitMessage, channel: number, field: number, factor: number): void {
      if (begin(message)) series.set(channel, fitNumber(message, field) * factor);
    },
    describe(developer: number, number: number, field: DeveloperField): void {
      developers.set(`${developer}.${number}`, field);
    },
  };
}

/** Whether any of its numbers, or of its bytes when it holds none, is valid. */
function isSet(message: FitMessage, field: FitField, baseType: number): boolean {
  const width = widthOf(baseType);
  if (width === 0) return field.sizeBytes > 0 && message.view.getUint8(message.at + field.offset) !== 0;
  for (let i = 0; (i + 1) * width <= field.sizeBytes; i++) {
    if (!Number.isNaN(fieldNumber(message, field, baseType, i))) return true;
  }
  return false;
}
