import type { IncomingMessage, ServerResponse } from 'node:http'
import type { CallRecord } from './call-record.ts'

/** One HTTP request with its record. */
export interface HttpCall {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly record: CallRecord
}
