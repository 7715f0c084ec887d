import { type JsonObject, numberOrUndefined, objectOrEmpty } from '@fairlead/base'
import { cutStream } from '../../errors/cut-stream.ts'
import { ModelError } from '../../errors/model-error.ts'
import type { JsonLineReader } from '../../framing/json-lines.ts'
import type { StreamEvent } from '../../operations/chat/stream-event.ts'
import { answerStart, decodeEnd } from './answer-end.ts'
import { errorOfEvent } from './errors.ts'
import { createStreamBlocks } from './stream-blocks.ts'
import { decodeUsage } from './usage.ts'

/**
 * Reads a stream whose lines are its events, `{contentBlockDelta: {…}}` and others, as AWS's clients
 * give them. What is told of the whole answer comes after its stop.
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html
 */
export function createStreamReader(nowMs: number): JsonLineReader {
  const blocks = createStreamBlocks()
  let started = false
  let stop: JsonObject | undefined
  let ended = false

  function start(): StreamEvent[] {
    if (started) return []
    started = true
    return [answerStart(nowMs)]
  }

  function finish(metadata: JsonObject): StreamEvent[] {
    ended = true
    const usage = decodeUsage(metadata['usage'])
    return [
      ...(usage === undefined ? [] : [{ type: 'usage' as const, usage }]),
      { type: 'finish', ...decodeEnd({ ...stop, ...metadata }, blocks.toolCalls > 0) },
    ]
  }

  function fail(error: ModelError): StreamEvent[] {
    ended = true
    return [{ type: 'error', error }]
  }

  function contentEvents(line: JsonObject): StreamEvent[] {
    const { contentBlockDelta, contentBlockStart, contentBlockStop } = line
    if (contentBlockStart !== undefined) {
      const { contentBlockIndex, start: begun } = objectOrEmpty(contentBlockStart)
      return blocks.start(numberOrUndefined(contentBlockIndex) ?? 0, objectOrEmpty(begun))
    }
    if (contentBlockDelta !== undefined) {
      const { contentBlockIndex, delta } = objectOrEmpty(contentBlockDelta)
      return blocks.delta(numberOrUndefined(contentBlockIndex) ?? 0, objectOrEmpty(delta))
    }
    return contentBlockStop === undefined ? [] : blocks.stop()
  }

  return {
    push(line) {
      if (ended) return []
      const error = errorOfEvent(line)
      if (error !== undefined) return fail(error)
      const events = [...start(), ...contentEvents(line)]
      if (blocks.overflow) return [...events, ...fail(tooLong())]
      if (line['messageStop'] !== undefined) {
        events.push(...blocks.stop())
        stop = objectOrEmpty(line['messageStop'])
      }
      if (line['metadata'] !== undefined && stop !== undefined) {
        events.push(...finish(objectOrEmpty(line['metadata'])))
      }
      return events
    },
    end() {
      if (ended) return []
      return stop === undefined ? fail(cutStream()) : finish({})
    },
  }
}

function tooLong(): ModelError {
  return new ModelError(
    'upstream',
    'The provider sent a block of its stream that is longer than the gateway reads.',
    { failure: 'InvalidAnswer' },
  )
}
