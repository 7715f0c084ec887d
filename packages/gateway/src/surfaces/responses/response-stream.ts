import { type Clock, sleep } from '@fairlead/base'
import { hasEnded, type KeptResponse, type Responses } from '@fairlead/context'
import { formatSseEvent, invalidField } from '@fairlead/llm'
import { presentResponse } from '../../conversations/present-response.ts'
import { EventStream } from '../../http/event-stream.ts'

/** How often a running response is looked at: as often as what it has is written. */
const pollMs = 100

interface ResumedStream {
  readonly response: KeptResponse
  readonly responses: Responses
  readonly clock: Clock
  /** The number of the first event to send. */
  readonly from: number
}

/**
 * The events of a response that was made in the background, from one of them on, also while it runs.
 * One that did not complete ends with `response.failed`. Throws a ModelError 400 for any other
 * response.
 */
export function responseStream({ clock, from, response, responses }: ResumedStream): EventStream {
  const { background, id, tenant } = response
  if (!background) {
    throw invalidField('stream', 'only a response with background: true can be streamed again.')
  }
  let next = from
  let isOver = false
  return new EventStream('text/event-stream; charset=utf-8', async (signal) => {
    while (!isOver) {
      const { count, frames, status } = await responses.frames(tenant, id, next)
      if (frames.length > 0) {
        next += frames.length
        return frames.join('')
      }
      if (hasEnded(status)) {
        isOver = true
        if (status === 'completed' || status === 'incomplete') return undefined
        return failedFrame(await responses.get(tenant, id), count)
      }
      await sleep(clock, pollMs, signal)
    }
    return undefined
  })
}

function failedFrame(response: KeptResponse, sequenceNumber: number): string {
  const type = 'response.failed'
  return formatSseEvent({
    event: type,
    data: JSON.stringify({
      type,
      sequence_number: sequenceNumber,
      response: presentResponse(response, false),
    }),
  })
}
