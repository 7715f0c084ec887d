import { objectOrEmpty } from '@fairlead/base'
import { jsonLines } from '../../framing/json-lines.ts'
import type { ProgressWatch } from '../passage.ts'

/** Content is what a block brings, and the regular end; what is told after it is the end of all. */
export function createProgressWatch(): ProgressWatch {
  let ended = false
  return {
    push(frames) {
      let isContent = false
      for (const line of jsonLines(frames)) {
        const { delta } = objectOrEmpty(line['contentBlockDelta'])
        ended ||= line['metadata'] !== undefined
        isContent ||=
          line['contentBlockStart'] !== undefined ||
          line['contentBlockStop'] !== undefined ||
          line['messageStop'] !== undefined ||
          (delta !== undefined && objectOrEmpty(delta)['text'] !== '')
      }
      return isContent ? 'Content' : 'Nothing'
    },
    get ended() {
      return ended
    },
  }
}
