import type { Item } from '@fairlead/llm'

/**
 * What OpenAI and Anthropic refuse, read from their rules and not from our planner: every call is
 * answered, once, right after the model's items it stands in and before anything else; an output
 * answers such a call; arguments are a JSON object (Anthropic takes no text); reasoning stands before what it led to; a user speaks first and the model
 * is not the last to speak.
 */
export function brokenRules(prompt: readonly Item[]): string[] {
  const problems: string[] = []
  const said = prompt.filter((item) => item.type !== 'message' || item.role !== 'system')
  const first = said[0]
  if (first?.type !== 'message' || first.role !== 'user') problems.push('no user speaks first')
  let awaited = new Set<string>()
  let inModelRun = false
  let previous: Item | undefined
  for (const item of said) {
    const byModel =
      item.type === 'reasoning' ||
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
