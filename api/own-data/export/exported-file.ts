/** One file of an export. What it holds is made while it is written, and counted then. */
export interface ExportedFile {
  readonly name: string;
  /** What it is, in a few words, for the list of files. */
  readonly says: string;
  readonly content: AsyncIterable<string | Uint8Array>;
  /** Rows or activities in it, once all of it was read. */
  readonly count: () => number;
}

/** What could not be written, and why: told in the list of files. */
export interface LeftOutFile {
  readonly name: string;
  readonly why: string;
}

export interface FileList {
  readonly files: AsyncIterable<ExportedFile>;
  readonly leftOut: readonly LeftOutFile[];
}

/** Rows as one JSON array, row by row. */
export function jsonFile(name: string, says: string, rows: AsyncIterable<string> | Iterable<string>): ExportedFile {
  let count = 0;
  async function* content() {
    yield '[';
    for await (const row of rows) {
      yield `${count === 0 ? '\n' : ',\n'}${row}`;
      count++;
    }
    yield '\n]\n';
  }
  return { name, says, content: content(), count: () => count };
}
