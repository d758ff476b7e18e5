import type { Sport } from '../../../schemas/events.ts';

/**
 * What a suggestion may rest on: the mean power of the best twenty minutes (W), the speed of the best half hour (m/s),
 * and the highest heart rate (1/min).
 */
export const EVIDENCE_KINDS = ['power', 'pace', 'heartRate'] as const;
export type EvidenceKind = (typeof EVIDENCE_KINDS)[number];

/** The best of one kind that an athlete has shown in a sport. */
export interface Evidence {
  readonly kind: EvidenceKind;
  readonly sport: Sport;
  readonly value: number;
  readonly activity: string;
  /** When the activity began. */
  readonly startMs: number;
}

/** The efforts that are looked at. */
export const POWER_EFFORT = '1200 s';
export const PACE_EFFORT = '1800 s';

/**
 * Reads what athletes have shown, from where processors write it: of activities that ended, the revision that holds,
 * and nothing whose evidence has a mark. The real one is ClickHouse (`clickhouse.ts`), the twin lives in memory
 * (`memory-reader.ts`); `conformance.ts` holds both to this. Throws StoreUnavailableError.
 */
export interface EvidenceReader {
  /** Of each kind and sport the best in activities since then, of equal ones the earliest; in no order. */
  best(athlete: string, fromMs: number, signal?: AbortSignal): Promise<Evidence[]>;
}
