import { isJsonObject, objectOrEmpty, parseJsonOrUndefined } from '@fairlead/base'
import { asBuffer } from '../../framing/as-buffer.ts'
import { sseData } from '../../framing/sse-data.ts'
import type { ProgressWatch, StreamProgress } from '../passage.ts'

/** Most events are pieces of text: their names say so, and only others are parsed. */
const deltaNames = [
  'event: response.output_text.delta',
  'event: response.function_call_arguments.d',
]

export function createProgressWatch(): ProgressWatch {
  let ended = false

  function read(data: string): StreamProgress {
    const event = parseJsonOrUndefined(data)
    if (!isJsonObject(event) || typeof event['type'] !== 'string') return 'Nothing'
    switch (event['type']) {
      case 'error':
      case 'response.failed':
      case 'response.created':
      case 'response.queued':
      case 'response.in_progress':
      case 'response.content_part.added':
      case 'response.reasoning_summary_part.added':
        return 'Nothing'
      case 'response.output_item.added':
        return progressOf(objectOrEmpty(event['item'])['type'])
      case 'response.completed':
      case 'response.incomplete':
        ended = true
        return 'Content'
      default:
        return event['delta'] === '' ? 'Nothing' : 'Content'
    }
  }

  return {
    push(frames) {
      const bytes = asBuffer(frames)
      if (deltaNames.some((name) => bytes.includes(name)) && !ends(bytes)) return 'Content'
      let progress: StreamProgress = 'Nothing'
      for (const data of sseData(bytes)) progress = greater(progress, read(data))
      return progress
    },
    get ended() {
      return ended
    },
  }
}

function ends(bytes: Buffer): boolean {
  return bytes.includes('response.completed') || bytes.includes('response.incomplete')
}

/** While a model reasons, or a tool of the provider runs, nothing of it may come for minutes. */
function progressOf(itemType: unknown): StreamProgress {
  if (itemType === 'message') return 'Nothing'
  return itemType === 'function_call' || itemType === 'custom_tool_call' ? 'Content' : 'Thinking'
}

function greater(left: StreamProgress, right: StreamProgress): StreamProgress {
  if (left === 'Content' || right === 'Content') return 'Content'
  return left === 'Thinking' || right === 'Thinking' ? 'Thinking' : 'Nothing'
}
