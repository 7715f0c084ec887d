import type { JsonObject } from '@fairlead/base'
import type { TurnAnswerer } from '../../turns/turn.ts'
import type { KeptResponse, ResponseError } from '../kept-response.ts'
import { parseStored } from '../parse-stored.ts'
import { readResponseStatus } from '../read-status.ts'

/** Reads a row of the table `responses`. Throws for one of a newer program. */
export function readResponse(row: Readonly<Record<string, unknown>>): KeptResponse {
  return {
    id: String(row['id']),
    tenant: String(row['tenant']),
    previous: textOrNull(row['previous']),
    conversation: textOrNull(row['conversation']),
    status: readResponseStatus(row['status']),
    background: row['background'] === 1,
    body: parseStored<JsonObject>(row['body']),
    input: parseStored<readonly JsonObject[]>(row['input']),
    output: parseStored<readonly JsonObject[]>(row['output']),
    answered_by: row['answered_by'] === null ? null : parseStored<TurnAnswerer>(row['answered_by']),
    error: row['error'] === null ? null : parseStored<ResponseError>(row['error']),
    created_at: Number(row['created_at']),
    completed_at: row['completed_at'] === null ? null : Number(row['completed_at']),
  }
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
