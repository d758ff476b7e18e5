import type { PGliteLike } from 'pg-boss';

/** Where the jobs are kept: a PostgreSQL, or the PGlite of this process. */
export type JobDatabase = { readonly url: string } | { readonly pglite: PGliteLike };
