import type { ConsentKind } from '../../schemas/consent-texts.ts';

/** As the migration `consents` makes it. */
export interface ConsentTables {
  consents: {
    account: string;
    number: number;
    kind: ConsentKind;
    is_given: boolean;
    text: string;
    at: Date;
  };
}
