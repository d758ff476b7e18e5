/** What may be wrong with an athlete's race. A person decides; until then nothing follows from it. */
export const REVIEW_KINDS = [
  'impossible_speed',
  'cut_course',
  'missing_checkpoint',
  'devices_together',
  'vehicle',
] as const;
export type ReviewKind = (typeof REVIEW_KINDS)[number];

/** `high`: hardly anything else explains it. `low`: worth a look. */
export const REVIEW_SEVERITIES = ['high', 'low'] as const;
export type ReviewSeverity = (typeof REVIEW_SEVERITIES)[number];

export interface ReviewPlace {
  /** ms since the epoch. */
  readonly atMs: number;
  /** Along the course, m. */
  readonly positionM: number;
}

/** Something that the evidence shows, as it is known now. */
export interface Suspicion {
  readonly kind: ReviewKind;
  readonly severity: ReviewSeverity;
  /** One athlete, or the two whose devices travel together. */
  readonly bibs: readonly string[];
  /** The same for the same thing in later evidence: the checkpoint that is missing, '' where there is one of a kind. */
  readonly about: string;
  readonly from: ReviewPlace;
  readonly until: ReviewPlace;
  /** What it rests on: names end in their units. */
  readonly numbers: Readonly<Record<string, number>>;
}

/** One entry of the queue. */
export interface ReviewFinding extends Suspicion {
  /** Stable within the race: kind, bibs and what it is about. */
  readonly id: string;
  /** From 1; grows whenever the evidence changes, and when the finding is withdrawn or comes back. */
  readonly revision: number;
  /** Event time of what it was found with first. */
  readonly foundMs: number;
  /** Later data showed that there is nothing. */
  readonly isWithdrawn: boolean;
}

/** What a person says of a finding. Nothing follows from either: who is disqualified for it is by an act of its own. */
export const REVIEW_DECISIONS = ['confirmed', 'dismissed'] as const;

export interface ReviewDecision {
  readonly decision: (typeof REVIEW_DECISIONS)[number];
  /** Of the finding, as it was when it was decided. */
  readonly revision: number;
  readonly by: string;
  readonly saidMs: number;
  readonly why: string;
}

/** A finding with what was decided about it last; null when nothing was, or it was taken back. */
export interface ReviewEntry extends ReviewFinding {
  readonly decision: ReviewDecision | null;
}

/** The evidence is another than it was when somebody decided. */
export function isOutdated({ revision, decision }: Pick<ReviewEntry, 'revision' | 'decision'>): boolean {
  return decision !== null && revision > decision.revision;
}

export function reviewId({ kind, bibs, about }: Pick<Suspicion, 'kind' | 'bibs' | 'about'>): string {
  return [kind, ...bibs, ...(about === '' ? [] : [about])].join('.');
}

/** Whom a finding lies with: of two athletes the first. Bibs have no dot. */
export function ownerOf(reviewId: string): string {
  return reviewId.split('.')[1] ?? '';
}
