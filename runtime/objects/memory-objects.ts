import { assertObjectKey, type ObjectStore, ObjectsUnavailableError } from './objects.ts';

export interface MemoryObjects extends ObjectStore {
  keys(): string[];
  setReachable(isReachable: boolean): void;
}

/** The in-memory twin, which can be told to be out of reach. */
export function createMemoryObjects(): MemoryObjects {
  const objects = new Map<string, Uint8Array>();
  let isReachable = true;
  const ask = (key: string) => {
    assertObjectKey(key);
    if (!isReachable) throw new ObjectsUnavailableError('told to be out of reach');
  };
  return {
    async put(key, bytes) {
      ask(key);
      objects.set(key, bytes.slice());
    },
    async get(key) {
      ask(key);
      return objects.get(key)?.slice() ?? null;
    },
    async delete(key) {
      ask(key);
      objects.delete(key);
    },
    keys: () => [...objects.keys()].sort(),
    setReachable(reachable) {
      isReachable = reachable;
    },
  };
}
