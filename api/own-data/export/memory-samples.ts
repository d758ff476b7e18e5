import type { ExportedFile } from './exported-file.ts';
import type { StoredSamples } from './person-source.ts';

/** The in-memory twin: one file of two rows for everybody, and one product event. */
export function createMemorySamples(): StoredSamples {
  async function* content() {
    yield 'device,ts\n';
    yield 'watch-1,1\nwatch-1,2\n';
  }
  return {
    files: async (): Promise<ExportedFile[]> => [
      { name: 'samples/samples-2026-06.csv', says: 'Rows', content: content(), count: () => 2 },
    ],
    productEvents: async (person) => [{ person, kind: 'signed_up' }],
  };
}
