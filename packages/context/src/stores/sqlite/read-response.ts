import { type JsonObject, parseJson } from '@fairlead/base'
import type { TurnAnswerer } from '../../turns/turn.ts'
import type { KeptResponse, ResponseError, ResponseStatus } from '../kept-response.ts'
import { readStatus } from './read-status.ts'

/** Reads a row of the table `responses`. Throws for one of a newer program. */
export function readResponse(row: Readonly<Record<string, unknown>>): KeptResponse {
  return {
    id: String(row['id']),
    tenant: String(row['tenant']),
    previous: textOrNull(row['previous']),
    conversation: textOrNull(row['conversation']),
    status: readResponseStatus(row['status']),
    background: row['background'] === 1,
    body: parse<JsonObject>(row['body']),
    input: parse<readonly JsonObject[]>(row['input']),
    output: parse<readonly JsonObject[]>(row['output']),
    answered_by: row['answered_by'] === null ? null : parse<TurnAnswerer>(row['answered_by']),
    error: row['error'] === null ? null : parse<ResponseError>(row['error']),
    created_at: Number(row['created_at']),
    completed_at: row['completed_at'] === null ? null : Number(row['completed_at']),
  }
}

const responseStatuses = [
  'queued',
  'in_progress',
  'completed',
  'incomplete',
  'failed',
  'cancelled',
] as const

export function readResponseStatus(status: unknown): ResponseStatus {
  return readStatus(status, responseStatuses, 'response')
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

/** Unchecked, because this store wrote the text from a value of the same type. */
function parse<T>(text: unknown): T {
  return parseJson(String(text)) as T
}
