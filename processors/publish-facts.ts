import type { MessageLog } from '../runtime/stream/stream.ts';
import { type Fact, factMessageId } from '../schemas/facts.ts';
import type { Names } from '../schemas/names.ts';

export interface FactLog {
  /** The stream FACTS. */
  readonly facts: MessageLog;
  readonly names: Pick<Names, 'fact'>;
}

/** Publishes that are under way at a time: a whole field of runners may break records in the same second. */
const MAX_IN_FLIGHT = 64;

/** Says a fact; may be repeated. Throws what the log throws. */
export async function publishFact({ facts, names }: FactLog, fact: Fact): Promise<void> {
  const options = { msgId: factMessageId(fact), headers: {} };
  await facts.publish(names.fact(fact.kind, fact.entity), Buffer.from(JSON.stringify(fact)), options);
}

/** Says facts whose order does not matter, some at a time. Throws what the log throws. */
export async function publishFacts(log: FactLog, facts: readonly Fact[], signal: AbortSignal): Promise<void> {
  for (let from = 0; from < facts.length; from += MAX_IN_FLIGHT) {
    signal.throwIfAborted();
    await Promise.all(facts.slice(from, from + MAX_IN_FLIGHT).map((fact) => publishFact(log, fact)));
  }
}
