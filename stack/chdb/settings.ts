import type { RequestSession } from './database.ts';
import type { Role } from './users.ts';

/** Bounds on one analyst's query; beyond them the engine answers 159, 241 and 396. */
export interface QueryCaps {
  maxExecutionSeconds: number;
  maxMemoryBytes: number;
  maxResultRows: number;
}

/** Parameters of the URL that speak to the HTTP server, or that make no difference here: not settings of the engine. */
const NOT_SETTINGS = new Set([
  ...['query', 'database', 'default_format', 'user', 'password', 'query_id', 'quota_key', 'stacktrace', 'role'],
  ...['session_id', 'session_timeout', 'session_check', 'close_session', 'client_protocol_version', 'compress'],
  ...['decompress', 'wait_end_of_query', 'buffer_size', 'enable_http_compression', 'http_zlib_compression_level'],
  ...['send_progress_in_http_headers', 'http_headers_progress_interval_ms', 'add_http_cors_header', 'readonly'],
  ...['cancel_http_readonly_queries_on_disconnect', 'http_write_exception_in_output_format', 'client_name'],
]);

/** Applies query parameters and settings of the URL to a session; for an analyst then the caps, and `readonly` last. */
export function applySettings(
  session: RequestSession,
  query: URLSearchParams,
  { role, isGet, caps }: { role: Role; isGet: boolean; caps: QueryCaps },
): void {
  const settings = new Map<string, string>();
  for (const [name, value] of query) {
    if (NOT_SETTINGS.has(name) || !/^\w+$/.test(name)) continue;
    if (name.startsWith('param_')) session.set(`SET ${name} = ${quote(value)}`);
    else settings.set(name, value);
  }
  if (role === 'analyst') {
    cap(settings, 'max_execution_time', caps.maxExecutionSeconds);
    cap(settings, 'max_memory_usage', caps.maxMemoryBytes);
    cap(settings, 'max_result_rows', caps.maxResultRows);
  }
  if (settings.size > 0) {
    session.set(`SET ${[...settings].map(([name, value]) => `${name} = ${quote(value)}`).join(', ')}`);
  }
  if (role === 'analyst') session.set('SET readonly = 1');
  else if (isGet || Number(query.get('readonly')) > 0) session.set('SET readonly = 2');
}

function cap(settings: Map<string, string>, name: string, most: number): void {
  const asked = Number(settings.get(name));
  settings.set(name, String(asked > 0 && asked < most ? asked : most));
}

/** A SQL string literal. */
export function quote(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
