import { adaptationText, type Dialect, ModelError, type ModelRequest } from '@fairlead/llm'
import { decodeCall } from '../../assembly/assembled-call.ts'
import { adaptFor } from '../../assembly/target-body.ts'
import type { CallRequest } from '../../call/call-request.ts'
import type { CallTarget } from '../../routing/call-target.ts'

/** What would become of a call at a target: what is left out or emulated, or why it is refused. */
export type ForeseeAdaptation = (target: CallTarget) => string | ModelError

/**
 * Foresees the adaptations of a request, which may lack messages. What persona and history add is
 * not known; nothing is foreseen for a request that cannot be read.
 */
export function foreseeAdaptation(asked: CallRequest, dialect: Dialect): ForeseeAdaptation {
  let request: ModelRequest | undefined
  return (target) => {
    try {
      request ??= decodeCall(dialect, asked, { messagesOptional: true })
    } catch (error) {
      if (error instanceof ModelError) return ''
      throw error
    }
    try {
      return adaptationText(adaptFor(target, dialect, request).adapted)
    } catch (error) {
      if (error instanceof ModelError) return error
      throw error
    }
  }
}
