import { createHash } from 'node:crypto'
import { arrayOrEmpty, type JsonObject, objectOrEmpty } from '@fairlead/base'
import { type Answer, json } from './upstream.ts'

/**
 * Anthropic's Messages as strict as it can be about thinking: a block is taken back only from the key
 * and for the model that it was made for, and only after the very prompt that it was made after;
 * inside a tool loop thinking with a budget goes on only from thinking. It thinks whenever it may,
 * calls `look_up` twice when the last question says `look`, and otherwise answers.
 */
export const strictClaude: Answer = (response, { body, headers }) => {
  const key = String(headers['x-api-key'])
  const broken = brokenRule(body, key)
  if (broken !== undefined) {
    return json(400, {
      type: 'error',
      error: { type: 'invalid_request_error', message: broken },
    })(response, undefined as never)
  }
  json(200, {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: body['model'],
    content: contentFor(body, key),
    stop_reason: 'end_turn',
    usage: { input_tokens: 3, output_tokens: 1 },
  })(response, undefined as never)
}

interface Message {
  readonly role: string
  readonly content: readonly JsonObject[]
}

function brokenRule(body: JsonObject, key: string): string | undefined {
  const messages = messagesOf(body)
  for (const [index, { role, content }] of messages.entries()) {
    for (const [place, block] of content.entries()) {
      if (role !== 'assistant' || block['type'] !== 'thinking') continue
      const made = seal(body, messages.slice(0, index), key)
      if (block['signature'] !== made) {
        return `messages.${index}.content.${place}: Invalid \`signature\` in \`thinking\` block`
      }
    }
  }
  const { type } = objectOrEmpty(body['thinking'])
  const isInLoop = messages.at(-1)?.content.some((block) => block['type'] === 'tool_result')
  const loop = messages.slice(messages.findLastIndex(isQuestion) + 1)
  const first = loop.find(({ role }) => role === 'assistant')?.content[0]?.['type']
  return type === 'enabled' && isInLoop === true && first !== 'thinking'
    ? 'Expected `thinking` or `redacted_thinking`, but found `tool_use`'
    : undefined
}

function contentFor(body: JsonObject, key: string): readonly JsonObject[] {
  const messages = messagesOf(body)
  const { type = 'disabled' } = objectOrEmpty(body['thinking'])
  const signature = seal(body, messages, key)
  const thinking = type === 'disabled' ? [] : [{ type: 'thinking', thinking: 'so', signature }]
  const wantsLook = JSON.stringify(messages.at(-1)).includes('look')
  const call = (id: string) => ({ type: 'tool_use', id, name: 'look_up', input: { id } })
  const count = messages.length
  return [
    ...thinking,
    ...(wantsLook
      ? [call(`call_a${count}`), call(`call_b${count}`)]
      : [{ type: 'text', text: `answer ${count}` }]),
  ]
}

function isQuestion({ role, content }: Message): boolean {
  return role === 'user' && content.some(({ type }) => type !== 'tool_result')
}

function messagesOf(body: JsonObject): readonly Message[] {
  return arrayOrEmpty(body['messages']).map((message) => {
    const { content, role } = objectOrEmpty(message)
    const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : content
    return { role: String(role), content: arrayOrEmpty(blocks).map(objectOrEmpty) }
  })
}

function seal(
  { model, system, tools }: JsonObject,
  before: readonly Message[],
  key: string,
): string {
  // Marks of what to cache are not compared.
  const sealed = JSON.stringify(
    [key, model, system ?? null, tools ?? [], before],
    (name, value: unknown) => (name === 'cache_control' ? undefined : value),
  )
  return createHash('sha256').update(sealed).digest('base64')
}
