import { isDeepStrictEqual } from 'node:util'
import { arrayOrEmpty, type JsonObject, objectOrEmpty, stringOrUndefined } from '@fairlead/base'

/** A seal in a request, and all that may be what its maker had been sent before it. */
interface WireSeal {
  readonly seal: string
  readonly prefixes: readonly unknown[]
}

/** What a provider looks at in a request of its dialect. */
interface WireRules {
  /** All that was said, as a seal of the answer covers it. */
  said(wire: JsonObject): unknown
  seals(wire: JsonObject): readonly WireSeal[]
  /** Rules that the request breaks, whoever made its seals. */
  broken(wire: JsonObject): readonly string[]
}

interface Message {
  readonly role: string
  readonly content: readonly JsonObject[]
}

interface BlockNames {
  readonly head: (wire: JsonObject) => unknown
  /** The seal of a block; undefined if it has none. */
  readonly seal: (block: JsonObject) => string | undefined
  /** The id of the call that a block is. */
  readonly call: (block: JsonObject) => unknown
  /** The id of the call whose output a block is. */
  readonly output: (block: JsonObject) => unknown
  readonly thinkingType: (wire: JsonObject) => unknown
}

/** Dialects whose messages are lists of blocks: Anthropic's, and Bedrock's. */
function blockRules({ call, head, output, seal, thinkingType }: BlockNames): WireRules {
  return {
    said: (wire) => [head(wire), messagesOf(wire)],
    seals: (wire) =>
      messagesOf(wire).flatMap(({ content, role }, index, messages) =>
        content.flatMap((block, place) => {
          const found = seal(block)
          if (found === undefined) return []
          const before = messages.slice(0, index)
          // A turn whose input is all told before goes on in the model's own message.
          const within = content.slice(0, place).map((_, end) => content.slice(0, end + 1))
          const prefixes = [before, ...within.map((part) => [...before, { role, content: part }])]
          return [{ seal: found, prefixes: prefixes.map((said) => [head(wire), said]) }]
        }),
      ),
    broken(wire) {
      const messages = messagesOf(wire)
      const problems = messages[0]?.role === 'user' ? [] : ['the first message is not the user’s']
      for (const [index, { content, role }] of messages.entries()) {
        if (role === messages[index - 1]?.role) problems.push(`message ${index} repeats its role`)
        const calls = content.flatMap((block) => call(block) ?? [])
        const next = messages[index + 1]?.content ?? []
        const outputs = next.slice(0, calls.length).map(output)
        if (!isDeepStrictEqual(outputs, calls)) problems.push(`calls of ${index} are not answered`)
        const searches = content.filter(({ type }) => type === 'server_tool_use').length
        const found = content.filter(({ type }) => type === 'web_search_tool_result').length
        if (searches !== found) problems.push(`a search of ${index} has no result, or no call`)
      }
      const isQuestion = ({ content, role }: Message) =>
        role === 'user' && content.some((block) => output(block) === undefined)
      const loop = messages.slice(messages.findLastIndex(isQuestion) + 1)
      const [first] = loop.find(({ role }) => role === 'assistant')?.content ?? []
      if (thinkingType(wire) === 'enabled' && first !== undefined && seal(first) === undefined) {
        problems.push('the tool loop does not begin with thinking')
      }
      return problems
    },
  }
}

function messagesOf(wire: JsonObject): readonly Message[] {
  return arrayOrEmpty(wire['messages']).map((message) => {
    const { content, role } = objectOrEmpty(message)
    const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : content
    return { role: String(role), content: arrayOrEmpty(blocks).map(objectOrEmpty) }
  })
}

const anthropic = blockRules({
  head: ({ system, tools }) => [system, tools],
  // Thinking, or what a search of the provider's own has found.
  seal: ({ content, signature }) =>
    stringOrUndefined(signature) ??
    stringOrUndefined(objectOrEmpty(arrayOrEmpty(content)[0])['encrypted_content']),
  call: ({ id, type }) => (type === 'tool_use' ? id : undefined),
  output: ({ tool_use_id: id }) => id,
  thinkingType: ({ thinking }) => objectOrEmpty(thinking)['type'],
})

const converse = blockRules({
  head: ({ system, toolConfig }) => [system, toolConfig],
  seal: ({ reasoningContent }) =>
    stringOrUndefined(objectOrEmpty(objectOrEmpty(reasoningContent)['reasoningText'])['signature']),
  call: ({ toolUse }) => objectOrEmpty(toolUse)['toolUseId'],
  output: ({ toolResult }) => objectOrEmpty(toolResult)['toolUseId'],
  thinkingType: ({ additionalModelRequestFields: fields }) =>
    objectOrEmpty(objectOrEmpty(fields)['thinking'])['type'],
})

const responses: WireRules = {
  said: ({ input, instructions, tools }) => [instructions, tools, input],
  seals({ input, instructions, tools }) {
    const items = arrayOrEmpty(input).map(objectOrEmpty)
    return items.flatMap(({ encrypted_content: seal }, index) => {
      if (typeof seal !== 'string') return []
      const isOfModel = ({ role, type }: JsonObject) =>
        role === 'assistant' ||
        type === 'reasoning' ||
        type === 'function_call' ||
        type === 'compaction'
      const start = items.findLastIndex((item, at) => at < index && !isOfModel(item)) + 1
      const ends = Array.from({ length: index - start + 1 }, (_, step) => start + step)
      return [{ seal, prefixes: ends.map((end) => [instructions, tools, items.slice(0, end)]) }]
    })
  },
  broken({ input }) {
    const items = arrayOrEmpty(input).map(objectOrEmpty)
    const idsOf = (type: string) =>
      items.filter((item) => item['type'] === type).map(({ call_id: id }) => String(id))
    const [calls, outputs] = [idsOf('function_call'), idsOf('function_call_output')]
    return String(calls.toSorted()) === String(outputs.toSorted()) ? [] : ['unpaired calls']
  },
}

/** Its signatures are not bound to a prompt, but must be there in the current turn. */
const gemini: WireRules = {
  said: () => [],
  seals: (wire) =>
    contentsOf(wire).flatMap(({ parts }) =>
      parts.flatMap(({ thoughtSignature: seal }) =>
        typeof seal === 'string' && !seal.startsWith('skip_') ? [{ seal, prefixes: [[]] }] : [],
      ),
    ),
  broken(wire) {
    const contents = contentsOf(wire)
    const isSaid = (part: JsonObject) => part['functionResponse'] === undefined
    const turn = contents.findLastIndex(({ parts, role }) => role === 'user' && parts.some(isSaid))
    return contents.flatMap(({ parts, role }, index) => {
      if (role !== 'model') return []
      const calls = parts.filter(({ functionCall }) => functionCall !== undefined)
      const answers = contents[index + 1]?.parts.filter((part) => !isSaid(part)) ?? []
      const [first] = calls
      return [
        ...(answers.length === calls.length ? [] : [`calls of ${index} are not answered`]),
        ...(index > turn && first !== undefined && first['thoughtSignature'] === undefined
          ? [`the first call of ${index} has no signature`]
          : []),
      ]
    })
  },
}

function contentsOf(wire: JsonObject) {
  return arrayOrEmpty(wire['contents']).map((content) => {
    const { parts, role } = objectOrEmpty(content)
    return { role: String(role), parts: arrayOrEmpty(parts).map(objectOrEmpty) }
  })
}

/** Dialects without seals, whose messages have tool calls and answers of the role `tool`. */
const plain: WireRules = {
  said: () => [],
  seals: () => [],
  broken({ messages }) {
    let left = 0
    const problems: string[] = []
    for (const [index, message] of arrayOrEmpty(messages).map(objectOrEmpty).entries()) {
      if (message['role'] === 'tool') left -= 1
      else if (left !== 0) problems.push(`calls before ${index} are not answered`)
      else left = arrayOrEmpty(message['tool_calls']).length
    }
    return left === 0 ? problems : [...problems, 'the last calls are not answered']
  },
}

const rules: ReadonlyMap<string, WireRules> = new Map([
  ['anthropic-messages', anthropic],
  ['bedrock-converse', converse],
  ['openai-responses', responses],
  ['gemini', gemini],
])

/** The rules of a dialect. */
export function wireRulesOf(dialect: string): WireRules {
  return rules.get(dialect) ?? plain
}
