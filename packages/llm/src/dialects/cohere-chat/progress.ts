import { isJsonObject, objectOrEmpty, parseJsonOrUndefined } from '@fairlead/base'
import { asBuffer } from '../../framing/as-buffer.ts'
import { sseData } from '../../framing/sse-data.ts'
import type { ProgressWatch } from '../passage.ts'

/** Events that only announce what follows, if it is empty. */
export function createProgressWatch(): ProgressWatch {
  let ended = false

  function isContent(data: string): boolean {
    const event = parseJsonOrUndefined(data)
    if (!isJsonObject(event)) return false
    switch (event['type']) {
      case 'message-end':
        ended = true
        return true
      case 'content-start':
      case 'content-delta': {
        const message = objectOrEmpty(objectOrEmpty(event['delta'])['message'])
        const { text, thinking } = objectOrEmpty(message['content'])
        return Boolean(text) || Boolean(thinking)
      }
      case 'tool-plan-delta':
      case 'tool-call-start':
      case 'tool-call-delta':
      case 'tool-call-end':
      case 'citation-start':
        return true
      default:
        return false
    }
  }

  return {
    push: (frames) =>
      sseData(asBuffer(frames)).map(isContent).includes(true) ? 'Content' : 'Nothing',
    get ended() {
      return ended
    },
  }
}
