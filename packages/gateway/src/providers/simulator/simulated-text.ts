import { isJsonObject, parseJsonOrUndefined } from '@fairlead/base'
import type { SimulatorSettings } from '@fairlead/snapshot'
import type { ModelRequest, ResponseFormat } from '@fairlead/llm'
import { lastUserText, textOf } from './request-text.ts'
import { schemaInstance } from './schema-instance.ts'

/** What the Simulator says, in the format that the request asks for. */
export function simulatedText(
  request: ModelRequest,
  settings: Pick<SimulatorSettings, 'mode' | 'replies'>,
): string {
  const text = scripted(request, settings) ?? echo(request)
  return inFormat(text, request.responseFormat)
}

function scripted(
  request: ModelRequest,
  { mode, replies }: Pick<SimulatorSettings, 'mode' | 'replies'>,
): string | undefined {
  if (mode !== 'Script' || replies.length === 0) return undefined
  const said = request.items.filter((item) => item.type === 'message' && item.role === 'user')
  return replies[Math.min(Math.max(said.length, 1), replies.length) - 1] ?? ''
}

/** A scripted reply that is JSON already stays as it is. */
function inFormat(text: string, format: ResponseFormat | undefined): string {
  switch (format?.type) {
    case 'json_object':
      return isJsonObject(parseJsonOrUndefined(text)) ? text : JSON.stringify({ text })
    case 'json_schema':
      return parseJsonOrUndefined(text) === undefined
        ? JSON.stringify(schemaInstance(format.schema))
        : text
    default:
      return text
  }
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
  const messages = request.items.filter(
    (item) => item !== system && item.type !== 'reasoning',
  ).length
  lines.push(`I see ${messages} ${messages === 1 ? 'message' : 'messages'}.`)
  lines.push(`You said: "${lastUserText(request)}"`)
  return lines.join(' ')
}

function shorten(text: string, lengthMax: number): string {
  return text.length <= lengthMax ? text : `${text.slice(0, lengthMax)}…`
}
