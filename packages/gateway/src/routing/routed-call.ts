import type { IncomingHttpHeaders } from 'node:http'
import type { Caller } from '../access/caller.ts'

/** What determines the route of a call. */
export interface RoutedCall {
  readonly model: string
  readonly caller: Caller
  readonly headers: IncomingHttpHeaders
  /** The PromptTemplate that is used, if any. */
  readonly prompt: { readonly namespace: string; readonly name: string } | undefined
  /** Estimated length of the input, in tokens. */
  readonly inputTokens: number
}
