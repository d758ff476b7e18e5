import { read } from './account-api.ts';

/** What the API answers about a day of health data, as far as the application reads it. */
export interface HealthDay {
  readonly timeZone: string;
  readonly isWhole: boolean;
  readonly measures: readonly HealthMeasure[];
  readonly levels: readonly (Taken & {
    readonly measure: string;
    readonly unit: string;
    readonly value: number;
    readonly atMs: number;
  })[];
  readonly sources: readonly HealthSource[];
}

export interface HealthMeasure {
  readonly measure: string;
  readonly unit: string;
  readonly total: number | null;
  readonly spans: readonly (Taken & {
    readonly startMs: number;
    readonly endMs: number;
    readonly amount: number | null;
  })[];
}

/** Which source was taken, in place of which others, and why. */
export interface Taken {
  readonly source: string;
  readonly over: readonly string[];
  readonly why: 'only' | 'preferred' | 'order';
}

export interface HealthSource {
  readonly source: string;
  readonly kind: 'healthkit' | 'health_connect' | 'device' | 'file';
  readonly app: string;
  readonly device: string;
}

/** Throws ProblemError with what the API said, TypeError when it cannot be reached. */
export const readHealthDay = (day: string) => read<HealthDay>(`/me/health/days/${day}`);
