import type { Generated } from 'kysely';

/** As migration 019 makes it. */
export interface PhotoTables {
  workout_photos: {
    id: string;
    account: string;
    workout: string;
    place: number;
    caption: Generated<string>;
    width: number;
    height: number;
    bytes: number;
    stored_bytes: number;
    version: Generated<number>;
    created_at: Date;
  };
}
