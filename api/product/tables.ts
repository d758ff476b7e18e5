import type { ColumnType } from 'kysely';

/** As the migration `product-people` makes it. */
export interface ProductTables {
  product_people: {
    account: string;
    person: string;
    salt: string;
    /** YYYY-MM-DD; drivers read it as a moment, so it is only compared. */
    active_on: ColumnType<never, string | null, string | null>;
  };
}
