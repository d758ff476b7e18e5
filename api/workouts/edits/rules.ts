import type { FieldRule } from '../../../schemas/field-rules.ts';
import { invalidParameter } from '../../problem.ts';
import type { WorkoutRow } from '../answer.ts';

/** Longer ago it was another outing. */
const MAX_GAP_MS = 12 * 3_600_000;
/** What is left of each side has to be worth a place in the history. */
const LEAST_PART_MS = 60_000;

const BY_HAND = 'it was entered by hand: there are no samples to count again';
const LONG_AFTER = 'it began more than twelve hours after the one before it had ended';

/**
 * Throws `invalid_request`, naming the workout, unless they may become one: all of them measured, of one sport, none at
 * the time of another, at most twelve hours between, and nothing else that was measured in between.
 */
export function assertJoinable(
  inOrder: readonly WorkoutRow[],
  between: readonly WorkoutRow[],
  asked: readonly string[],
) {
  const refuse = (row: WorkoutRow, why: string, rule: FieldRule) =>
    invalidParameter(`workouts/${asked.indexOf(row.id)}`, why, rule);
  const hand = inOrder.find(({ source }) => source === 'manual');
  if (hand !== undefined) throw refuse(hand, BY_HAND, 'entered_by_hand');
  inOrder.forEach((row, i) => {
    if (i === 0) return;
    const before = inOrder[i - 1];
    const gapMs = row.started_at.getTime() - before.ended_at.getTime();
    if (row.sport !== before.sport)
      throw refuse(row, `it is of another sport: ${row.sport}, not ${before.sport}`, 'other_sport');
    if (gapMs < 0) throw refuse(row, 'it began before the one before it had ended', 'overlaps_before');
    if (gapMs > MAX_GAP_MS) throw refuse(row, LONG_AFTER, 'too_long_after');
    if (between.some(({ started_at }) => started_at > before.started_at && started_at < row.started_at)) {
      throw refuse(row, 'another workout lies between it and the one before it', 'another_between');
    }
  });
}

/** Throws `invalid_request` unless it may become two there. */
export function assertSplittable({ source, started_at, ended_at }: WorkoutRow, atMs: number): void {
  if (source === 'manual') throw invalidParameter('id', BY_HAND, 'entered_by_hand');
  if (atMs - started_at.getTime() < LEAST_PART_MS || ended_at.getTime() - atMs < LEAST_PART_MS) {
    throw invalidParameter('atMs', 'it is not within the workout, a minute from both ends', 'not_within_workout');
  }
}
