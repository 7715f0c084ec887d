import type { KeptResponse } from '../kept-response.ts'
import { readResponseStatus } from '../read-status.ts'
import { marked, unmarked } from './stored-conversation.ts'
import { parseStored } from '../parse-stored.ts'

/** Fields of the hash of a response, in the order in which they are read. */
export const responseFields = [
  'previous',
  'conversation',
  'status',
  'background',
  'body',
  'input',
  'output',
  'error',
  'answered',
  'created',
  'completed',
] as const

type ResponseField = (typeof responseFields)[number]

export function storedResponse(response: KeptResponse): Readonly<Record<ResponseField, string>> {
  return {
    previous: marked(response.previous),
    conversation: marked(response.conversation),
    status: response.status,
    background: response.background ? '1' : '0',
    body: JSON.stringify(response.body),
    input: JSON.stringify(response.input),
    output: JSON.stringify(response.output),
    error: JSON.stringify(response.error),
    answered: JSON.stringify(response.answered_by),
    created: String(response.created_at),
    completed: response.completed_at === null ? '' : String(response.completed_at),
  }
}

/** Reads the values of `responseFields`. */
export function readResponse(
  { tenant, id }: Pick<KeptResponse, 'tenant' | 'id'>,
  values: readonly string[],
): KeptResponse {
  const text = (field: ResponseField) => values[responseFields.indexOf(field)] ?? ''
  return {
    id,
    tenant,
    previous: unmarked(text('previous')),
    conversation: unmarked(text('conversation')),
    status: readResponseStatus(text('status')),
    background: text('background') === '1',
    body: parseStored<KeptResponse['body']>(text('body')),
    input: parseStored<KeptResponse['input']>(text('input')),
    output: parseStored<KeptResponse['output']>(text('output')),
    error: parseStored<KeptResponse['error']>(text('error')),
    answered_by: parseStored<KeptResponse['answered_by']>(text('answered')),
    created_at: Number(text('created')),
    completed_at: text('completed') === '' ? null : Number(text('completed')),
  }
}
