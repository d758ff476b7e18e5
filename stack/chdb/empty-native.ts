/**
 * A block of ClickHouse's Native format without rows: column count, row count 0, then each column's name and type.
 * `described` is the answer of DESCRIBE TABLE in JSONCompactEachRow.
 */
export function emptyNativeBlock(described: Uint8Array): Buffer {
  const lines = Buffer.from(described).toString('utf8').trim().split('\n');
  const columns = lines.map((line) => JSON.parse(line) as [name: string, type: string]);
  const parts = [varint(columns.length), varint(0)];
  for (const [name, type] of columns) parts.push(text(name), text(type));
  return Buffer.concat(parts);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8');
  return Buffer.concat([varint(bytes.length), bytes]);
}

/** LEB128, as Native writes its counts and lengths. */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  bytes.push(rest);
  return Buffer.from(bytes);
}
