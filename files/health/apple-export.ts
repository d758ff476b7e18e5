import { RefusedFileError } from '../reasons.ts';
import { createXmlStream, type XmlElement } from '../xml/xml-reader.ts';
import { decimalOf } from '../xml/xml-values.ts';
import { createFindings, type ExportFindings, type ExportHandler } from './export-findings.ts';
import { contentUuid } from './health-source.ts';
import { mapHealthKitSample } from './healthkit-sample.ts';
import { HEALTHKIT_TYPES, WORKOUT_TYPE } from './healthkit-types.ts';
import type { Fields } from './record-checks.ts';

export interface AppleExportReader {
  /** Throws RefusedFileError. */
  write(chunk: Uint8Array): void;
  /** After the last chunk. Throws RefusedFileError for what is no export. */
  end(): ExportFindings;
}

/** Of a workout. */
const MAX_EVENTS = 10_000;

/**
 * Reads `export.xml` of Apple's export as a stream: whatever its size, only one record is in memory. A record has no
 * UUID here, so its contents name it. Correlations repeat records that stand by themselves, and are passed over.
 */
export function createAppleExportReader(handler: ExportHandler, nowMs: number): AppleExportReader {
  const findings = createFindings(handler);
  let depthOfCorrelation = 0;
  let root: string | null = null;
  let workout: OpenWorkout | null = null;

  function openRecord(attributes: XmlElement['attributes']): void {
    const { type = '' } = attributes;
    // Most records of an export are of types that we do not keep.
    if (!HEALTHKIT_TYPES.has(type)) return findings.countNotTaken(type);
    const { value, unit, startDate, endDate, sourceName, device = '' } = attributes;
    const uuid = contentUuid(type, sourceName, device, startDate, endDate, value, unit);
    findings.take(
      mapHealthKitSample({ ...common(attributes, uuid), type, value: decimalOf(value), unit }, nowMs),
      null,
    );
  }

  function open({ name, attributes }: XmlElement): void {
    if (root === null) {
      root = name;
      if (root !== 'HealthData') throw new RefusedFileError('unknown_format');
    }
    if (name === 'Correlation') depthOfCorrelation++;
    if (depthOfCorrelation > 0) return;
    if (name === 'Record') openRecord(attributes);
    else if (name === 'Workout') workout = { attributes, events: [], metadata: {}, routePath: null };
    else if (workout === null) return;
    else if (name === 'WorkoutEvent' && workout.events.length < MAX_EVENTS) workout.events.push(eventOf(attributes));
    else if (name === 'MetadataEntry') workout.metadata[attributes.key] = attributes.value;
    else if (name === 'FileReference') workout.routePath = attributes.path ?? null;
  }

  function close(name: string): void {
    if (name === 'Correlation') depthOfCorrelation--;
    if (name !== 'Workout' || workout === null) return;
    const { attributes, events, metadata, routePath } = workout;
    workout = null;
    findings.countWorkout();
    const { workoutActivityType, startDate, endDate, sourceName, device = '' } = attributes;
    const uuid = contentUuid(WORKOUT_TYPE, workoutActivityType, sourceName, device, startDate, endDate);
    const type = WORKOUT_TYPE;
    const sample = { ...common(attributes, uuid), type, workoutActivityType, workoutEvents: events, metadata };
    findings.take(mapHealthKitSample(sample, nowMs), routePath);
  }

  const stream = createXmlStream({ open, close }, { allowsDoctype: true });
  return {
    write: stream.write,
    end() {
      const isWhole = stream.end();
      if (root === null) throw new RefusedFileError('bad_xml');
      if (!isWhole) findings.damage.add('truncated');
      return findings.end();
    },
  };
}

interface OpenWorkout {
  readonly attributes: XmlElement['attributes'];
  readonly events: Fields[];
  readonly metadata: Record<string, string>;
  routePath: string | null;
}

/** What all records say, as HealthKit's own properties. */
function common(attributes: XmlElement['attributes'], uuid: string): Fields {
  const { sourceName, device = '', startDate, endDate } = attributes;
  const said = (name: string) => new RegExp(`, ${name}:(.*?)(?:, [a-z]+:|>$)`).exec(device)?.[1];
  return {
    ...{ uuid, startDate, endDate, sourceRevision: { source: { name: sourceName } } },
    device: { hardwareVersion: said('hardware'), model: said('model'), name: said('name') },
  };
}

const MINUTES: Readonly<Record<string, number>> = { s: 1, min: 60, hr: 3_600 };

function eventOf({ type, date, duration, durationUnit = 'min' }: XmlElement['attributes']): Fields {
  const seconds = decimalOf(duration) * (MINUTES[durationUnit] ?? 0);
  return Number.isNaN(seconds) ? { type, date } : { type, dateInterval: { start: date, duration: seconds } };
}
