import type { HeaderFields } from '@fairlead/http1'
import type { ModelFeature, Operation } from '@fairlead/llm'
import type { Caller } from '../access/caller.ts'
import type { CallContent } from './call-content.ts'

/** What determines the route of a call, and the order of its targets. */
export interface RoutedCall {
  readonly model: string
  readonly operation: Operation
  readonly caller: Caller
  readonly headers: HeaderFields
  /** The PromptTemplate that is used, if any. */
  readonly prompt: { readonly namespace: string; readonly name: string } | undefined
  /** The Persona that the call names, and its `namespace/name`; undefined if it names none. */
  readonly persona: { readonly name: string; readonly key: string } | undefined
  /** Estimated length of the input, in tokens. */
  readonly inputTokens: number
  /** What the call says, for rules that ask. */
  readonly content: CallContent
  /** The greatest number of output tokens that is asked for; undefined without a wish. */
  readonly outputTokensMax: number | undefined
  /** Whether the answer is to be a stream. */
  readonly stream: boolean
  /** What the model must be able to do. */
  readonly features: ReadonlySet<ModelFeature>
  /** Whether its prompt is assembled from a conversation, and fitted into the model's window then. */
  readonly inConversation: boolean
  /** Whether it continues a response that the gateway has kept, without a conversation. */
  readonly continuesResponse: boolean
  /** Id of an existing conversation. */
  readonly conversation: string | undefined
  /** Monotonic milliseconds. */
  readonly nowMs: number
  /** The beginning of the prompt, at most `lengthMax` characters; the same for all calls of a dialogue. */
  promptPrefix(lengthMax: number): string
}
