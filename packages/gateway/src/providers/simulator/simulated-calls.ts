import type { FunctionCallItem, ModelRequest, ToolDefinition } from '@fairlead/llm'
import { schemaInstance } from './schema-instance.ts'

/**
 * The calls of tools that a request asks for. A forced tool is called, and one that is required;
 * otherwise those that the latest user message asks to "call", in the order of their definition:
 * all, or the first where calls must not be parallel. None after the output of a tool.
 */
export function simulatedCalls(request: ModelRequest, userText: string): FunctionCallItem[] {
  const { allowedTools, items, parallelToolCalls, toolChoice, tools } = request
  if (toolChoice === 'none' || items.at(-1)?.type === 'function_call_output') return []
  const allowed = new Set(allowedTools)
  const offered = tools.filter(
    ({ name, native }) => native === undefined && (allowedTools === undefined || allowed.has(name)),
  )
  const chosen = chosenTools(offered, toolChoice, userText)
  const called = parallelToolCalls === false ? chosen.slice(0, 1) : chosen
  return called.map((tool, index) => ({
    type: 'function_call',
    status: 'completed',
    ...(tool.custom === undefined ? {} : { custom: true }),
    call_id: index === 0 ? `call_sim_${items.length}` : `call_sim_${items.length}_${index}`,
    name: tool.name,
    arguments: argumentsFor(tool),
  }))
}

function chosenTools(
  offered: readonly ToolDefinition[],
  choice: ModelRequest['toolChoice'],
  userText: string,
): readonly ToolDefinition[] {
  if (typeof choice === 'object') return offered.filter(({ name }) => name === choice.name)
  const asked = /\bcall\s+(?:the\s+)?(?:tool\s+)?["'`]?([\w-]+)/gi
  const named = new Set([...userText.matchAll(asked)].map(([, name]) => name))
  const wanted = offered.filter(({ name }) => named.has(name))
  return wanted.length === 0 && choice === 'required' ? offered.slice(0, 1) : wanted
}

function argumentsFor({ custom, parameters }: ToolDefinition): string {
  if (custom !== undefined) return 'simulated'
  const value = parameters === undefined ? {} : schemaInstance({ type: 'object', ...parameters })
  return JSON.stringify(value ?? {})
}
