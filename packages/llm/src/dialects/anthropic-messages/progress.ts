import { arrayOrEmpty, isJsonObject, objectOrEmpty, parseJsonOrUndefined } from '@fairlead/base'
import { asBuffer } from '../../framing/as-buffer.ts'
import { sseData } from '../../framing/sse-data.ts'
import type { ProgressWatch, StreamProgress } from '../passage.ts'

/**
 * While a block of thinking is open, a ping shows that the model still works: the text of thinking
 * may be withheld for minutes.
 */
export function createProgressWatch(): ProgressWatch {
  let thinking = false
  let ended = false

  function read(data: string): StreamProgress {
    const event = parseJsonOrUndefined(data)
    if (!isJsonObject(event)) return 'Nothing'
    switch (event['type']) {
      case 'message_start':
        return arrayOrEmpty(objectOrEmpty(event['message'])['content']).length > 0
          ? 'Content'
          : 'Nothing'
      case 'content_block_start':
        return startOf(objectOrEmpty(event['content_block']))
      case 'content_block_delta':
        return deltaOf(objectOrEmpty(event['delta']))
      case 'content_block_stop':
        thinking = false
        return 'Content'
      case 'message_delta':
        return objectOrEmpty(event['delta'])['stop_reason'] ? 'Content' : 'Nothing'
      case 'message_stop':
        ended = true
        return 'Nothing'
      case 'ping':
        return thinking ? 'Thinking' : 'Nothing'
      default:
        return 'Nothing'
    }
  }

  function startOf(block: Record<string, unknown>): StreamProgress {
    thinking = block['type'] === 'thinking'
    if (thinking) return block['thinking'] ? 'Content' : 'Thinking'
    return block['type'] === 'text' && !block['text'] ? 'Nothing' : 'Content'
  }

  return {
    push(frames) {
      const bytes = asBuffer(frames)
      // The usual frame; one that starts or ends a block is read, for what it says of thinking.
      if (
        bytes.includes('content_block_delta') &&
        !bytes.includes('""') &&
        !bytes.includes('content_block_st')
      ) {
        return 'Content'
      }
      let progress: StreamProgress = 'Nothing'
      for (const data of sseData(bytes)) progress = greater(progress, read(data))
      return progress
    },
    get ended() {
      return ended
    },
  }
}

function deltaOf(delta: Record<string, unknown>): StreamProgress {
  switch (delta['type']) {
    case 'thinking_delta':
      return delta['thinking'] ? 'Content' : 'Thinking'
    case 'text_delta':
      return delta['text'] ? 'Content' : 'Nothing'
    default:
      return 'Content'
  }
}

function greater(left: StreamProgress, right: StreamProgress): StreamProgress {
  if (left === 'Content' || right === 'Content') return 'Content'
  return left === 'Thinking' || right === 'Thinking' ? 'Thinking' : 'Nothing'
}
