import type { Item } from '@fairlead/llm'

/**
 * The rules of OpenAI and Anthropic that a prompt breaks, written from their documentation rather
 * than from our planner: every call is answered, once, right after the run of model items it is in
 * and before anything else; every output answers such a call; arguments are a JSON object (Anthropic
 * does not accept text); reasoning precedes what it led to; the first message is a user's and the
 * last item is not the model's.
 */
export function brokenRules(prompt: readonly Item[]): string[] {
  const problems: string[] = []
  const said = prompt.filter((item) => item.type !== 'message' || item.role !== 'system')
  const first = said[0]
  // What a provider has compacted begins with what its user said.
  const isCompacted = first?.type === 'fairlead:native' && first.block['type'] === 'compaction'
  const isUsers = first?.type === 'message' && first.role === 'user'
  if (!isCompacted && !isUsers) problems.push('no user speaks first')
  let awaited = new Set<string>()
  let inModelRun = false
  let previous: Item | undefined
  for (const item of said) {
    const byModel =
      item.type === 'reasoning' ||
      item.type === 'fairlead:native' ||
      item.type === 'function_call' ||
      (item.type === 'message' && item.role === 'assistant')
    if (previous?.type === 'reasoning' && !byModel) problems.push('reasoning leads to nothing')
    if (item.type === 'function_call') {
      if (!inModelRun && awaited.size > 0) problems.push('a call before earlier ones are answered')
      if (awaited.has(item.call_id)) problems.push(`${item.call_id} is called twice at once`)
      awaited.add(item.call_id)
      if (!/^\{.*\}$/s.test(item.arguments)) problems.push(`${item.call_id} has cut arguments`)
    } else if (item.type === 'function_call_output') {
      if (!awaited.delete(item.call_id)) problems.push(`${item.call_id} answers no open call`)
    } else if (awaited.size > 0 && !(byModel && inModelRun)) {
      problems.push(`${[...awaited].join()} not answered right after the call`)
      awaited = new Set()
    }
    inModelRun = byModel
    previous = item
  }
  if (awaited.size > 0) problems.push(`${[...awaited].join()} not answered at the end`)
  if (inModelRun) problems.push('the model speaks last')
  return problems
}
