import type { IncomingMessage, ServerResponse } from 'node:http'
import type { CallRecord } from './call-record.ts'

/** One HTTP request and what is found out about it. */
export interface HttpCall {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly record: CallRecord
}
