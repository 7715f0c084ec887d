import type { FollowedTurn } from '@fairlead/context'
import { chatFormatOf, invalidField, openAiResponses } from '@fairlead/llm'
import { followEvents } from '../../answer/follow-events.ts'
import { EventStream } from '../../http/event-stream.ts'
import type { ConversationRequest } from './conversation-route.ts'
import { turnIdOf } from './turn-id-of.ts'

/**
 * The answer of a turn as a stream of OpenAI's Responses: all that came so far, then what comes, also
 * while it is made by another worker. Throws a ModelError 404 for an unknown turn, and 400 for a
 * place to begin after, for the events of a turn have no numbers that last.
 */
export async function streamTurn(asked: ConversationRequest): Promise<EventStream> {
  const { id, request, store, tenant } = asked
  const { query, runtime } = request
  if (query.has('starting_after')) {
    throw invalidField(
      'starting_after',
      'the stream of a turn begins with all that came so far; a response that is kept can be resumed after an event.',
    )
  }
  const followed = await store.follow(tenant, id, await turnIdOf(asked))
  return turnStream(followed, runtime.snapshot.gateway.limits.maxResponseBytes)
}

/** `heldBytesMax` is the longest answer that may be held. */
function turnStream({ answer, turn }: FollowedTurn, heldBytesMax: number): EventStream {
  const { created_at: createdAt, id, model, response } = turn
  const format = chatFormatOf(openAiResponses)
  const events = followEvents(answer, { id: response ?? id, model, createdAt })
  const encoder = format.createStreamEncoder({
    includeUsage: true,
    repeated: undefined,
    hidesSeals: true,
    heldBytesMax,
  })
  return new EventStream(format.streamContentType, async (signal) => {
    for (;;) {
      const next = await events.next(signal)
      if (next === undefined) return undefined
      const text = next.map((event) => encoder.encode(event)).join('')
      if (text !== '') return text
    }
  })
}
