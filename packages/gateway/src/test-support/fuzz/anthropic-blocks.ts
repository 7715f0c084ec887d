import { arrayOrEmpty, isJsonObject, type JsonObject, objectOrEmpty } from '@fairlead/base'

/** https://platform.claude.com/docs/en/api/messages/create: the blocks of each role. */
const blockTypes: Readonly<Record<'user' | 'assistant', ReadonlySet<unknown>>> = {
  user: new Set([
    'text',
    'image',
    'document',
    'search_result',
    'tool_result',
    'container_upload',
    'tool_addition',
    'tool_removal',
  ]),
  assistant: new Set([
    'text',
    'thinking',
    'redacted_thinking',
    'tool_use',
    'server_tool_use',
    'web_search_tool_result',
    'web_fetch_tool_result',
    'code_execution_tool_result',
    'bash_code_execution_tool_result',
    'text_editor_code_execution_tool_result',
    'tool_search_tool_result',
    'mcp_tool_use',
    'mcp_tool_result',
    'compaction',
  ]),
}

const imageTypes: ReadonlySet<unknown> = new Set([
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
])

/** What is wrong with a block of a message; undefined: nothing. */
export function brokenBlock(block: unknown, role: 'user' | 'assistant'): string | undefined {
  if (!isJsonObject(block)) return 'a block is no object'
  const { type } = block
  if (typeof type !== 'string') return 'a block has no type'
  if (!blockTypes[role].has(type)) return `a block of the ${role} is ${type}`
  return brokenFields[type]?.(block) ?? brokenMark(block['cache_control'])
}

const brokenFields: Readonly<Record<string, (block: JsonObject) => string | undefined>> = {
  text({ citations, text }) {
    if (typeof text !== 'string' || text.trim() === '') return 'a text is empty'
    return arrayOrEmpty(citations).some((each) => objectOrEmpty(each)['encrypted_index'] === '')
      ? 'a citation is not the API’s'
      : undefined
  },
  image: ({ source }) => brokenSource(objectOrEmpty(source)),
  document: ({ source }) =>
    isJsonObject(source) && typeof source['type'] === 'string'
      ? undefined
      : 'a document has no source',
  tool_use({ id, input, name }) {
    if (!isJsonObject(input)) return 'the input of a tool_use is no object'
    if (!/^[\w-]+$/.test(String(id))) return `the id ${String(id)}`
    return /^[\w-]{1,128}$/.test(String(name)) ? undefined : `the name ${String(name)}`
  },
  tool_result: ({ content }) =>
    typeof content === 'string' || content === undefined
      ? undefined
      : arrayOrEmpty(content)
          .map((each) => brokenResult(each))
          .find((rule) => rule !== undefined),
  thinking: ({ signature, thinking }) =>
    typeof thinking === 'string' && isSeal(signature) ? undefined : 'Invalid signature in thinking',
  redacted_thinking: ({ data }) => (isSeal(data) ? undefined : 'Invalid data in redacted_thinking'),
}

function brokenResult(block: unknown): string | undefined {
  const { type } = objectOrEmpty(block)
  return type === 'tool_reference' ? undefined : brokenBlock(block, 'user')
}

/** https://platform.claude.com/docs/en/build-with-claude/vision */
function brokenSource({ data, media_type: mediaType, type, url }: JsonObject): string | undefined {
  if (type === 'url') return typeof url === 'string' ? undefined : 'an image has no URL'
  if (type === 'file') return undefined
  if (type !== 'base64' || typeof data !== 'string') return 'an image has no source'
  return imageTypes.has(mediaType) ? undefined : `the media type ${String(mediaType)}`
}

/** A seal of the API's own: any text but an empty one, and none that a gateway has wrapped. */
function isSeal(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && !value.startsWith('ZmFpcmxlYWQ6')
}

function brokenMark(mark: unknown): string | undefined {
  if (mark === undefined) return undefined
  return objectOrEmpty(mark)['type'] === 'ephemeral' ? undefined : 'a mark of the cache is none'
}
