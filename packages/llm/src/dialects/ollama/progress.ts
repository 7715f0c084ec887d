import { jsonLines } from '../../framing/json-lines.ts'
import type { ProgressWatch } from '../passage.ts'
import type { AnswerForm } from './answer-form.ts'

/** Nearly every line has text; the first of a model that is being loaded has none. */
export function createProgressWatch(form: AnswerForm): ProgressWatch {
  let ended = false
  return {
    push(frames) {
      let isContent = false
      for (const line of jsonLines(frames)) {
        const { text, thinking, calls } = form.read(line)
        const isDone = line['done'] === true
        ended ||= isDone
        isContent ||= isDone || text !== '' || thinking !== '' || calls.length > 0
      }
      return isContent ? 'Content' : 'Nothing'
    },
    get ended() {
      return ended
    },
  }
}
