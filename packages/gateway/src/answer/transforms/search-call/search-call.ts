import { openAiResponses } from '@fairlead/llm'
import { ChangedAnswer } from '../../changed-answer.ts'
import type { AnswerTransformer } from '../../answer-transform.ts'

/**
 * Tells callers of the Responses API what their tool file_search has found, as the first item of the
 * answer. Other APIs have no such tool; an answer that was given before has the item already.
 */
export const searchCall: AnswerTransformer = {
  name: 'search-call',
  transformFor({ dialect, earlier, searchCall: item }) {
    if (item === undefined || dialect !== openAiResponses || earlier !== undefined) return undefined
    return {
      name: 'search-call',
      takes: 'events',
      apply: (answer) =>
        new ChangedAnswer(answer, {
          events: (event) =>
            event.type === 'response-start' ? [event, { type: 'native', item }] : [event],
          response: (response) => ({ ...response, output: [item, ...response.output] }),
        }),
    }
  },
}
