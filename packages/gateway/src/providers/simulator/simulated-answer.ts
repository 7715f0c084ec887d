import type { SimulatorSettings } from '@fairlead/snapshot'
import type { Item, ModelRequest, ModelResponse, Usage } from '@fairlead/llm'

/**
 * The Simulator's answer to a prompt, always the same for the same prompt. Echo repeats what it was
 * given, so that a person sees which persona and history reached the model. If tools are offered
 * and the latest user message asks to "call <tool>", that tool is called.
 */
export function simulatedAnswer(
  request: ModelRequest,
  settings: Pick<SimulatorSettings, 'mode' | 'replies'>,
  meta: { readonly id: string; readonly createdAt: number },
): ModelResponse {
  const call = requestedCall(request)
  const output: Item[] =
    call !== undefined
      ? [call]
      : [
          {
            type: 'message',
            role: 'assistant',
            status: 'completed',
            content: [{ type: 'output_text', text: answerText(request, settings) }],
          },
        ]
  const usage = countUsage(request, output)
  const limit = request.settings.maxOutputTokens
  return {
    id: meta.id,
    model: request.model,
    createdAt: meta.createdAt,
    output: limit === undefined ? output : output.map((item) => truncated(item, limit)),
    finishReason:
      call !== undefined
        ? 'tool_calls'
        : limit !== undefined && usage.outputTokens > limit
          ? 'length'
          : 'stop',
    usage:
      limit === undefined ? usage : { ...usage, outputTokens: Math.min(usage.outputTokens, limit) },
  }
}

function answerText(
  request: ModelRequest,
  settings: Pick<SimulatorSettings, 'mode' | 'replies'>,
): string {
  if (settings.mode === 'Script' && settings.replies.length > 0) {
    const turn = Math.max(countRole(request, 'user'), 1)
    return settings.replies[Math.min(turn, settings.replies.length) - 1] ?? ''
  }
  return echo(request)
}

function echo(request: ModelRequest): string {
  const system = request.items.find(
    (item) => item.type === 'message' && (item.role === 'system' || item.role === 'developer'),
  )
  const lines: string[] = []
  if (system !== undefined) lines.push(`I was told: "${shorten(textOf(system), 200)}"`)
  const toolOutput = request.items.at(-1)
  if (toolOutput?.type === 'function_call_output') {
    lines.push(`The tool answered: "${shorten(textOf(toolOutput), 500)}"`)
  }
  const messages = request.items.filter((item) => item !== system).length
  lines.push(`I see ${messages} ${messages === 1 ? 'message' : 'messages'}.`)
  lines.push(`You said: "${lastUserText(request)}"`)
  return lines.join(' ')
}

function requestedCall(request: ModelRequest): Item | undefined {
  if (request.tools.length === 0 || request.toolChoice === 'none') return undefined
  if (request.items.at(-1)?.type === 'function_call_output') return undefined
  const asked = /\bcall\s+(?:the\s+)?(?:tool\s+)?["'`]?([\w-]+)/gi
  const said = new Set([...lastUserText(request).matchAll(asked)].map(([, name]) => name))
  const tool =
    request.tools.find(({ name }) => said.has(name)) ??
    (typeof request.toolChoice === 'object'
      ? request.tools.find(({ name }) => name === (request.toolChoice as { name: string }).name)
      : request.toolChoice === 'required'
        ? request.tools[0]
        : undefined)
  if (tool === undefined) return undefined
  return {
    type: 'function_call',
    status: 'completed',
    call_id: `call_sim_${request.items.length}`,
    name: tool.name,
    arguments: JSON.stringify(sampleArguments(tool.parameters)),
  }
}

/** A sample value for each required argument, by its type. */
function sampleArguments(schema: Readonly<Record<string, unknown>> | undefined): object {
  const properties = (schema?.['properties'] ?? {}) as Record<
    string,
    { type?: unknown } | undefined
  >
  const required = Array.isArray(schema?.['required']) ? (schema['required'] as unknown[]) : []
  return Object.fromEntries(
    required
      .filter((name): name is string => typeof name === 'string')
      .map((name) => [name, sampleValue(properties[name])]),
  )
}

function sampleValue(
  schema: { readonly type?: unknown; readonly enum?: unknown } | undefined,
): unknown {
  if (Array.isArray(schema?.enum) && schema.enum.length > 0) return schema.enum[0]
  switch (schema?.type) {
    case 'number':
    case 'integer':
      return 1
    case 'boolean':
      return true
    case 'array':
      return []
    case 'object':
      return {}
    default:
      return 'simulated'
  }
}

function countRole(request: ModelRequest, role: string): number {
  return request.items.filter((item) => item.type === 'message' && item.role === role).length
}

function lastUserText(request: ModelRequest): string {
  const last = request.items.findLast((item) => item.type === 'message' && item.role === 'user')
  return last === undefined ? '' : textOf(last)
}

function textOf(item: Item): string {
  if (item.type === 'function_call_output') {
    return typeof item.output === 'string' ? item.output : partsText(item.output)
  }
  return item.type === 'message' ? partsText(item.content) : ''
}

function partsText(parts: readonly { readonly type: string }[]): string {
  return parts
    .map((part) => ('text' in part && typeof part.text === 'string' ? part.text : `[${part.type}]`))
    .join('')
}

function shorten(text: string, lengthMax: number): string {
  return text.length <= lengthMax ? text : `${text.slice(0, lengthMax)}…`
}

/** One token per word of the answer and per four bytes of the prompt: simple enough to predict. */
function countUsage(request: ModelRequest, output: readonly Item[]): Usage {
  const input = Buffer.byteLength(JSON.stringify([request.items, request.tools]))
  return {
    inputTokens: Math.ceil(input / 4),
    cachedInputTokens: 0,
    cacheWriteInputTokens: 0,
    outputTokens: output.reduce((sum, item) => sum + wordsOf(item).length, 0),
    reasoningTokens: 0,
  }
}

/**
 * The words of an answer, each with its leading space, as the Simulator streams them; the last one
 * with the space at the end.
 */
export function wordsOf(item: Item): readonly string[] {
  const text = item.type === 'function_call' ? item.arguments : textOf(item)
  if (text === '') return []
  const words = text.split(/(?<=\S)(?=\s)/)
  const last = words.at(-1) ?? ''
  if (words.length === 1 || last.trim() !== '') return words
  return [...words.slice(0, -2), `${words.at(-2)}${last}`]
}

function truncated(item: Item, words: number): Item {
  if (item.type !== 'message') return item
  const text = wordsOf(item).slice(0, words).join('')
  return { ...item, content: [{ type: 'output_text', text }] }
}
