/** What the API answers about the product; null stands for a number that could single somebody out. */
export interface Funnel {
  readonly fromDay: string;
  readonly steps: readonly { readonly step: FunnelStep; readonly people: number | null }[];
  readonly regularNow: {
    readonly fromDay: string;
    readonly untilDay: string;
    readonly of: number | null;
    readonly people: number | null;
    readonly share: number | null;
    readonly low95: number | null;
    readonly high95: number | null;
  };
  readonly minGroup: number;
}
export type FunnelStep = 'signedUp' | 'verified' | 'firstWorkout' | 'regular';

export interface Retention {
  readonly of: RetentionOf;
  readonly cohorts: readonly {
    readonly monday: string;
    readonly people: number | null;
    readonly weeks: readonly (number | null)[];
  }[];
}
export type RetentionOf = 'logging' | 'active';

export interface ActiveDays {
  readonly days: readonly {
    readonly day: string;
    readonly daily: number | null;
    readonly weekly: number | null;
    readonly monthly: number | null;
    readonly stickiness: number | null;
  }[];
}
