import { isGiven } from '../../json/request-field.ts'
import { ModelError } from '../../errors/model-error.ts'

/**
 * A thread is a dialogue that Anthropic keeps: its next request has only what is new. Without the
 * rest a request cannot be read, so that one which is read is told by the code for which Anthropic's
 * SDKs send the whole dialogue instead, in `lib/threads`:
 * https://github.com/anthropics/anthropic-sdk-typescript.
 */
export function refuseThread(thread: unknown): void {
  if (!isGiven(thread)) return
  throw new ModelError(
    'invalid-request',
    "'thread' is kept by Anthropic alone: send the whole dialogue in 'messages', without 'thread'.",
    { code: 'thread_unsupported_request', param: 'thread' },
  )
}
