import { type JsonObject, parseJson } from '@fairlead/base'
import type { TurnAnswerer } from '../../turns/turn.ts'
import type { KeptResponse, ResponseError, ResponseStatus } from '../kept-response.ts'

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

export function readResponseStatus(status: unknown): ResponseStatus {
  switch (status) {
    case 'queued':
    case 'in_progress':
    case 'completed':
    case 'incomplete':
    case 'failed':
    case 'cancelled':
      return status
    default:
      throw new Error(
        `the conversation file has a response with the unknown status "${String(status)}": start the program version that wrote it`,
      )
  }
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

/** Unchecked, because this store wrote the text from a value of the same type. */
function parse<T>(text: unknown): T {
  return parseJson(String(text)) as T
}
