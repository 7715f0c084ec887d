import type { StreamEvent } from '../operations/chat/stream-event.ts'

/**
 * The problems of a sequence of stream events, in words; empty if it follows the grammar that
 * `StreamEvent` documents. `open` allows a sequence that has not ended yet.
 */
export function grammarProblems(
  events: readonly StreamEvent[],
  options: { open?: boolean } = {},
): string[] {
  const problems: string[] = []
  let started = false
  let usages = 0
  let ended = false
  let calls = 0
  for (const event of events) {
    if (ended) problems.push(`${event.type} after the end`)
    if (event.type === 'error') {
      ended = true
      continue
    }
    if (event.type === 'response-start') {
      if (started) problems.push('response-start twice')
      started = true
      continue
    }
    if (!started) problems.push(`${event.type} before response-start`)
    if (usages > 0 && event.type !== 'finish') problems.push(`${event.type} after usage`)
    if (event.type === 'usage') usages += 1
    if (event.type === 'finish') ended = true
    if (event.type === 'tool-call-start') {
      if (event.index !== calls) problems.push(`call ${event.index} started as number ${calls}`)
      if (event.id === '' || event.name === '') problems.push('call without id or name')
      calls += 1
    }
    if (event.type === 'tool-call-delta' && event.index >= calls) {
      problems.push(`delta for call ${event.index}, which did not start`)
    }
    if ('text' in event && event.text === '') problems.push(`empty ${event.type}`)
  }
  if (!ended && options.open !== true) problems.push('no finish and no error')
  return problems
}
