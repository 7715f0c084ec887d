import type { ServerRequest, ServerResponse } from '@fairlead/http1'
import type { CallRecord } from './call-record.ts'

/** One HTTP request with its record. */
export interface HttpCall {
  readonly request: ServerRequest
  readonly response: ServerResponse
  readonly record: CallRecord
}
