import { ModelError } from '@fairlead/llm'
import type { Call } from '../call/call.ts'
import { messagesJson } from '../telemetry/message-content.ts'
import type { AttemptBodies } from './attempt-bodies.ts'

/** Notes for the call's span what the model is to see, where the configuration wants that. */
export function recordInput(assembled: AttemptBodies, { record }: Call): void {
  const { trace } = record
  if (trace?.recordsContent !== true) return
  try {
    trace.inputMessages = messagesJson(assembled.items())
  } catch (error) {
    // What cannot be read may pass unread: whether the call can be made is decided elsewhere.
    if (!(error instanceof ModelError)) throw error
  }
}
