import type { Database } from '../database/database.ts';
import type { Deliver } from '../outbox/outbox.ts';
import { type PersonDue, PRODUCT_EVENT, PRODUCT_FORGET } from './counting.ts';
import type { ProductEvent } from './events.ts';
import type { ProductStore } from './store.ts';

/** Brings what was counted into the store, and takes it out again. */
export function createProductDelivery(
  database: Database,
  store: Pick<ProductStore, 'write' | 'forget'>,
): Readonly<Record<typeof PRODUCT_EVENT | typeof PRODUCT_FORGET, Deliver>> {
  return {
    /** Of who took their consent back meanwhile nothing is written any more. */
    async [PRODUCT_EVENT](data) {
      const event = data as ProductEvent;
      const counted = database.selectFrom('product_people').select('person').where('person', '=', event.person);
      if ((await counted.executeTakeFirst()) !== undefined) await store.write(event);
    },
    [PRODUCT_FORGET]: (data) => store.forget((data as PersonDue).person),
  };
}
