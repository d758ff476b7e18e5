/** How far each projection of facts is. */
export interface FactTables {
  applied_facts: {
    projection: string;
    /** What revisions are counted in: the first word of the kind, and the entity. */
    line: string;
    /** Whom it is about, so that it goes with them. */
    athlete: string;
    /** Numbers beyond what JavaScript counts come as text. */
    epoch: string | number;
    revision: string | number;
  };
}
