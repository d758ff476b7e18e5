export const EDIT_KINDS = ['join', 'split'] as const;
export type EditKind = (typeof EDIT_KINDS)[number];

/** As migration 016 makes them. */
export interface WorkoutEditTables {
  workout_edits: {
    id: string;
    account: string;
    kind: EditKind;
    from_at: Date;
    until_at: Date;
    workouts: string[];
    created_at: Date;
    undone_at: Date | null;
  };
}
