import type { HeaderFields } from '@fairlead/http1'
import type { Caller } from '../access/caller.ts'
import type { CallContent } from './call-content.ts'

/** What determines the route of a call. */
export interface RoutedCall {
  readonly model: string
  readonly caller: Caller
  readonly headers: HeaderFields
  /** The PromptTemplate that is used, if any. */
  readonly prompt: { readonly namespace: string; readonly name: string } | undefined
  /** Estimated length of the input, in tokens. */
  readonly inputTokens: number
  /** What the call says, for rules that ask. */
  readonly content: CallContent
}
