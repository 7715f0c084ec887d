import type { IncomingHttpHeaders } from 'node:http'
import type { Caller } from '../access/caller.ts'

/** What of a call decides its route. */
export interface RoutedCall {
  readonly model: string
  readonly caller: Caller
  readonly headers: IncomingHttpHeaders
  /** The prompt template that is used, if any. */
  readonly prompt: { readonly namespace: string; readonly name: string } | undefined
  /** Estimated length of what is sent, in tokens. */
  readonly inputTokens: number
}
