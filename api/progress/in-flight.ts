/**
 * Who asks the same while somebody's question is not answered yet gets the answer to that one. The blocks of a page are
 * asked for at once and rest on the same sums; nothing is kept once it is answered.
 */
export function createInFlight<Answer>() {
  const asked = new Map<string, Promise<Answer>>();

  /** `ask` is not for one caller alone: who has gone (`signal`) hears so, and the others are answered. */
  return async function share(key: string, ask: () => Promise<Answer>, signal?: AbortSignal): Promise<Answer> {
    signal?.throwIfAborted();
    let answer = asked.get(key);
    if (answer === undefined) {
      answer = ask().finally(() => asked.delete(key));
      asked.set(key, answer);
    }
    if (signal === undefined) return answer;
    const gone = Promise.withResolvers<never>();
    const leave = () => gone.reject(signal.reason);
    signal.addEventListener('abort', leave, { once: true });
    try {
      return await Promise.race([answer, gone.promise]);
    } finally {
      signal.removeEventListener('abort', leave);
    }
  };
}
