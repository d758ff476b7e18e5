/** An engine could not be started or found; the message says what and how to mend it, so print it without a stack. */
export class EngineError extends Error {
  override name = 'EngineError';
}
