import type { RequestEdits } from '@fairlead/llm'
import type { AnswerSource } from '../answer/answer-source.ts'
import type { AnswerStream } from '../answer/answer-stream.ts'
import type { AssembledCall } from './assembled-call.ts'

/** A call with everything that its model is to see, as its attempts use it. */
export interface AttemptBodies extends Pick<
  AssembledCall,
  'accountAt' | 'bodyFor' | 'items' | 'mustHideAdditions' | 'promptTarget'
> {
  /**
   * What the gateway changes in the request; undefined where that depends on the target, and where it
   * changes nothing.
   */
  readonly edits?: RequestEdits | undefined
  /**
   * Receives the answer of an attempt, for an operation whose answers are single values: in the
   * caller's dialect, whatever the provider's is.
   */
  readonly receive?: (source: AnswerSource) => Promise<AnswerStream>
}
