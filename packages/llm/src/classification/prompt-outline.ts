import { isJsonObject } from '@fairlead/base'

/** What routing may look at in a request without decoding it. */
export interface PromptOutline {
  /** The beginning of the instructions: system and developer messages. */
  readonly system: string
  /**
   * The user's messages since the model last answered; of a long text its beginning and its end.
   */
  readonly user: string
  /** The names of the tools that the model is offered. */
  readonly tools: readonly string[]
  readonly hasImages: boolean
}

/** Characters of the instructions that an outline holds. */
const systemMax = 2048
/** Characters of the beginning, and of the end, of what the user says. */
const userPartMax = 4096

const systemRoles: ReadonlySet<unknown> = new Set(['system', 'developer'])
const imageTypes: ReadonlySet<unknown> = new Set(['image_url', 'input_image', 'image'])

/**
 * The outline of a list of messages with `role` and `content`, and of what stands beside it. However
 * long they are, what is copied has a bound. Never throws: what is no message is passed over.
 */
export function outlineMessages(
  messages: unknown,
  beside: { readonly instructions?: unknown; readonly tools?: unknown } = {},
): PromptOutline {
  const list: readonly unknown[] = Array.isArray(messages) ? messages : []
  return {
    system: systemText(list, beside.instructions),
    user: lastUserText(list),
    tools: toolNames(beside.tools),
    hasImages: list.some((message) => isJsonObject(message) && hasImage(message['content'])),
  }
}

/** As an outline holds it: the beginning of all texts together. */
export function boundedInstructions(texts: readonly string[]): string {
  return bounded(texts).slice(0, systemMax)
}

/** As an outline holds it: the beginning and the end of all texts together. */
export function bounded(texts: readonly string[]): string {
  const total = texts.reduce((sum, text) => sum + text.length + 1, 0)
  if (total <= 2 * userPartMax) return texts.join('\n')
  const head = firstOf(texts).join('\n').slice(0, userPartMax)
  const tail = firstOf(texts.toReversed()).toReversed().join('\n').slice(-userPartMax)
  return `${head}\n${tail}`
}

/** The first texts, until they are long enough. */
function firstOf(texts: readonly string[]): readonly string[] {
  let length = 0
  return texts.filter((text) => {
    const isWanted = length < userPartMax
    length += text.length
    return isWanted
  })
}

function systemText(messages: readonly unknown[], instructions: unknown): string {
  const texts = [...textsOf(instructions)]
  for (const message of messages) {
    if (!isJsonObject(message) || !systemRoles.has(message['role'])) break
    texts.push(...textsOf(message['content']))
  }
  return boundedInstructions(texts)
}

function lastUserText(messages: readonly unknown[]): string {
  const texts: string[] = []
  for (let index = messages.length - 1; index >= 0; index -= 1) {
    const message = messages[index]
    if (!isJsonObject(message)) continue
    // What the model said between tool calls is passed over, until the user is found.
    if (message['role'] === 'assistant' && texts.length > 0) break
    if (message['role'] !== 'user') continue
    const text = bounded(textsOf(message['content']))
    if (text !== '') texts.push(text)
  }
  return bounded(texts.toReversed())
}

/** The texts of a content: a string, or parts with a `text`. */
function textsOf(content: unknown): readonly string[] {
  if (typeof content === 'string') return [content]
  if (!Array.isArray(content)) return []
  return content.flatMap((part) => {
    const text: unknown = isJsonObject(part) ? part['text'] : undefined
    return typeof text === 'string' ? [text] : []
  })
}

/** Images in the results of tools count too. */
function hasImage(content: unknown): boolean {
  if (!Array.isArray(content)) return false
  return content.some(
    (part) =>
      isImage(part) ||
      (isJsonObject(part) && Array.isArray(part['content']) && part['content'].some(isImage)),
  )
}

function isImage(part: unknown): boolean {
  return isJsonObject(part) && imageTypes.has(part['type'])
}

/**
 * Each tool has its `name`, or has it in the field that `type` names, or is a function itself. One that
 * has several has all of them here: servers differ in which of them they read.
 */
function toolNames(tools: unknown): readonly string[] {
  return Array.isArray(tools) ? tools.flatMap(namesOf) : []
}

function namesOf(tool: unknown): readonly string[] {
  if (!isJsonObject(tool)) return []
  const { type } = tool
  const wrapped = typeof type === 'string' ? tool[type] : undefined
  const names = new Set<string>()
  for (const each of [wrapped, tool['function'], tool['custom'], tool]) {
    const name: unknown = isJsonObject(each) ? each['name'] : undefined
    if (typeof name === 'string') names.add(name)
  }
  return names.size === 0 && typeof type === 'string' ? [type] : [...names]
}
