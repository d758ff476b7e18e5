import { defineOptions } from './options.ts';

/** Where accounts are, of every process that reads them. */
export const accountOptions = defineOptions({
  postgresUrl: {
    type: 'string',
    default: '',
    secret: true,
    description: 'PostgreSQL (postgres://user:password@host/database) that keeps accounts; PGlite without it.',
  },
  pgliteDir: {
    type: 'string',
    default: '',
    description: 'Folder of the PGlite that keeps accounts, for one process; in memory without it.',
  },
  deletionsDir: {
    type: 'string',
    default: '',
    description:
      'Folder that each deletion of a person is noted in, for 36 days, so that a restore of a backup made before ' +
      'deletes them again: keep it on another disk than the engines. None are noted without it.',
  },
});
