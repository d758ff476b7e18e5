/** ClickHouse's own error codes that this server answers with by itself; the engine's own pass through unchanged. */
export const CODES = {
  CANNOT_READ_ALL_DATA: 33,
  NOT_IMPLEMENTED: 48,
  SYNTAX_ERROR: 62,
  UNKNOWN_TYPE_OF_QUERY: 78,
  UNKNOWN_COMPRESSION_METHOD: 89,
  READONLY: 164,
  TOO_MANY_SIMULTANEOUS_QUERIES: 202,
  EMPTY_QUERY: 211,
  QUERY_IS_TOO_LARGE: 229,
  INTO_OUTFILE_NOT_ALLOWED: 358,
  ACCESS_DENIED: 497,
  AUTHENTICATION_FAILED: 516,
  STD_EXCEPTION: 1001,
} as const;

export type CodeName = keyof typeof CODES;

/** An error that the client gets to see, with ClickHouse's code and text. */
export class ClickHouseError extends Error {
  override name = 'ClickHouseError';
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** An error of this server's own, worded as ClickHouse words them. */
export function refuse(name: CodeName, text: string): ClickHouseError {
  return new ClickHouseError(CODES[name], `Code: ${CODES[name]}. DB::Exception: ${text}. (${name})`);
}

/** Turns whatever was thrown into an error with a code: chDB's errors carry the engine's, others become 1001. */
export function toClickHouseError(error: unknown): ClickHouseError {
  if (error instanceof ClickHouseError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const code = (error as { clickhouseCode?: number }).clickhouseCode ?? Number(/Code: (\d+)\./.exec(message)?.[1]);
  if (Number.isInteger(code) && code > 0) return new ClickHouseError(code, message.replace(/^Query failed: /, ''));
  return refuse('STD_EXCEPTION', message);
}

const BAD_REQUEST = [
  6, 8, 15, 25, 26, 27, 36, 37, 38, 41, 44, 53, 62, 72, 117, 123, 167, 168, 223, 321, 376, 427, 441, 675, 676,
];
const NOT_FOUND = [46, 47, 50, 56, 60, 63, 73, 78, 81, 115, 152, 336, 511];
const STATUS = new Map<number, number>([
  ...BAD_REQUEST.map((code) => [code, 400] as const),
  ...NOT_FOUND.map((code) => [code, 404] as const),
  [194, 401],
  [192, 403],
  [193, 403],
  [497, 403],
  [512, 403],
  [516, 403],
  [159, 408],
  [381, 411],
  [229, 413],
  [779, 415],
  [48, 501],
  [76, 503],
  [209, 503],
  [439, 503],
]);

/** The HTTP status that goes with an error code: the table of ClickHouse's exceptionCodeToHTTPStatus, else 500. */
export function httpStatus(code: number): number {
  return STATUS.get(code) ?? 500;
}
