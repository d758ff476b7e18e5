/**
 * Rules that a field of a request can break, by name, so that a page can say them in its own words: those of JSON
 * Schema by their keywords, then ours. A rule with a limit says it as a number, in the unit of the field.
 */
export const FIELD_RULES = [
  'required',
  'additionalProperties',
  'type',
  'enum',
  'const',
  'format',
  'pattern',
  'uniqueItems',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  /** It is of a list that everybody knows, and not in it. */
  'unknown_name',
  'whole_number',
  'day_since_1900',
  'clock_never_shows',
  'before_1970',
  'not_yet',
  'not_before_end',
  'same_times',
  'forbidden_address',
  'was_measured',
  'nothing_measured',
  'entered_by_hand',
  'named_twice',
  'other_sport',
  'overlaps_before',
  'too_long_after',
  'another_between',
  'not_within_workout',
  'edited_there',
] as const;
export type FieldRule = (typeof FIELD_RULES)[number];
