import { hasEnded, type KeptResponse, type Responses } from '@fairlead/context'
import { formatSseEvent, invalidField } from '@fairlead/llm'
import { presentResponse } from '../../conversations/present-response.ts'
import { EventStream } from '../../http/event-stream.ts'

interface ResumedStream {
  readonly response: KeptResponse
  readonly responses: Responses
  /** The number of the first event to send. */
  readonly from: number
}

/**
 * The events of a response that was made in the background or as a stream, from one of them on, also
 * while it runs. One that did not complete ends with `response.failed`. Throws a ModelError 400 for
 * one that was told whole.
 */
export async function responseStream(resumed: ResumedStream): Promise<EventStream> {
  const { from, response, responses } = resumed
  const { background, id, tenant } = response
  const first = await responses.frames(tenant, id, from)
  if (!background && first.count === 0 && hasEnded(first.status)) {
    throw invalidField(
      'stream',
      'only a response with stream: true or background: true can be streamed again.',
    )
  }
  let next = from
  let isOver = false
  return new EventStream('text/event-stream; charset=utf-8', async (signal) => {
    while (!isOver) {
      const { count, frames, seen, status } = await responses.frames(tenant, id, next)
      if (frames.length > 0) {
        next += frames.length
        return frames.join('')
      }
      if (hasEnded(status)) {
        isOver = true
        const isWhole = status === 'completed' || status === 'incomplete'
        if (isWhole && count > 0) return undefined
        const type = isWhole ? `response.${status}` : 'response.failed'
        return lastFrame(type, await responses.get(tenant, id), count)
      }
      await responses.untilMore({ tenant, id, seen }, signal)
    }
    return undefined
  })
}

function lastFrame(type: string, response: KeptResponse, sequenceNumber: number): string {
  return formatSseEvent({
    event: type,
    data: JSON.stringify({
      type,
      sequence_number: sequenceNumber,
      response: presentResponse(response, false),
    }),
  })
}
