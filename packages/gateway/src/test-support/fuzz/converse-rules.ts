import { arrayOrEmpty, isJsonObject, type JsonObject, objectOrEmpty } from '@fairlead/base'

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html */
const bodyFields: ReadonlySet<string> = new Set([
  'additionalModelRequestFields',
  'additionalModelResponseFieldPaths',
  'guardrailConfig',
  'inferenceConfig',
  'messages',
  'outputConfig',
  'performanceConfig',
  'promptVariables',
  'requestMetadata',
  'serviceTier',
  'system',
  'toolConfig',
])

const inferenceFields: ReadonlySet<string> = new Set([
  'maxTokens',
  'stopSequences',
  'temperature',
  'topP',
])

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ContentBlock.html */
const blockFields: ReadonlySet<string> = new Set([
  'audio',
  'cachePoint',
  'citationsContent',
  'document',
  'guardContent',
  'image',
  'reasoningContent',
  'searchResult',
  'text',
  'toolResult',
  'toolUse',
  'video',
])

const documentsMax = 5

/** What Converse would say of a request by a translation. Undefined: nothing. */
export function brokenConverseRule(body: JsonObject): string | undefined {
  const unknown = Object.keys(body).find((field) => !bodyFields.has(field))
  if (unknown !== undefined) return `${unknown} is no field`
  const inference = objectOrEmpty(body['inferenceConfig'])
  const setting = Object.keys(inference).find((field) => !inferenceFields.has(field))
  if (setting !== undefined) return `inferenceConfig.${setting} is no field`
  const { messages } = body
  if (!Array.isArray(messages) || messages.length === 0) return 'there are no messages'
  return (
    brokenSystem(body['system']) ??
    brokenTools(body) ??
    brokenMessages(messages.map(objectOrEmpty)) ??
    brokenMetadata(body['requestMetadata'])
  )
}

function brokenSystem(system: unknown): string | undefined {
  if (system === undefined) return undefined
  if (!Array.isArray(system) || system.length === 0) return 'system is no list'
  return firstOf(system, brokenBlock)
}

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolSpecification.html */
function brokenTools(body: JsonObject): string | undefined {
  const { toolConfig } = body
  if (toolConfig === undefined) {
    const called = blocksOf(body['messages']).some(
      (block) => block['toolUse'] !== undefined || block['toolResult'] !== undefined,
    )
    return called ? 'toolConfig must be defined when using toolUse and toolResult' : undefined
  }
  const { tools } = objectOrEmpty(toolConfig)
  if (!Array.isArray(tools) || tools.length === 0) return 'toolConfig.tools is empty'
  const specs = tools.flatMap((tool) => {
    const { toolSpec } = objectOrEmpty(tool)
    return isJsonObject(toolSpec) ? [toolSpec] : []
  })
  const names = new Set<unknown>()
  for (const { description, inputSchema, name } of specs) {
    if (!/^[a-zA-Z0-9_-]{1,64}$/.test(String(name))) return `the tool ${String(name)} has no name`
    if (names.has(name)) return `the tool ${String(name)} is given twice`
    names.add(name)
    if (description === '') return 'the description of a tool is empty'
    if (objectOrEmpty(objectOrEmpty(inputSchema)['json'])['type'] !== 'object') {
      return 'inputSchema.json.type must be object'
    }
  }
  return undefined
}

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Message.html */
function brokenMessages(messages: readonly JsonObject[]): string | undefined {
  if (messages[0]?.['role'] !== 'user') return 'a conversation must start with a user message'
  let open: readonly unknown[] = []
  for (const [index, { content, role }] of messages.entries()) {
    if (role === messages[index - 1]?.['role']) return 'roles must alternate'
    if (!Array.isArray(content) || content.length === 0) return 'the content of a message is empty'
    const broken = firstOf(content, brokenBlock) ?? brokenDocuments(content.map(objectOrEmpty))
    if (broken !== undefined) return broken
    const answered = idsOf(content, 'toolResult')
    if (!sameMembers(open, answered)) {
      return 'the results of tools are not those of the calls before them'
    }
    open = role === 'assistant' ? idsOf(content, 'toolUse') : []
    if (open.length !== new Set(open).size) return 'ids of calls are given twice'
  }
  if (open.length > 0) return 'a call has no result'
  const documents = blocksOf(messages).flatMap(({ document }) =>
    document === undefined ? [] : [String(objectOrEmpty(document)['name']).toLowerCase()],
  )
  if (documents.length > documentsMax) return `there are more than ${documentsMax} documents`
  if (documents.length !== new Set(documents).size)
    return "Messages can't contain duplicate document names"
  return undefined
}

function brokenBlock(value: unknown): string | undefined {
  const block = objectOrEmpty(value)
  const [field, ...more] = Object.keys(block)
  if (field === undefined || more.length > 0) return 'a block is a union of one member'
  if (!blockFields.has(field)) return `${field} is no block`
  const { document, image, text, toolResult, toolUse } = block
  if (text !== undefined && (typeof text !== 'string' || text.trim() === '')) {
    return 'text content blocks must be non-empty'
  }
  if (
    image !== undefined &&
    !/^(?:png|jpeg|gif|webp)$/.test(String(objectOrEmpty(image)['format']))
  ) {
    return 'the format of an image'
  }
  if (document !== undefined) return brokenDocument(objectOrEmpty(document))
  if (toolUse !== undefined) {
    const { input, toolUseId } = objectOrEmpty(toolUse)
    if (!/^[\w.:-]{1,64}$/.test(String(toolUseId))) return 'toolUseId has another form'
    if (!isJsonObject(input)) return 'the input of a tool is no object'
  }
  return toolResult === undefined
    ? undefined
    : firstOf(arrayOrEmpty(objectOrEmpty(toolResult)['content']), (inner) =>
        objectOrEmpty(inner)['json'] === undefined ? brokenBlock(inner) : undefined,
      )
}

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_DocumentBlock.html */
function brokenDocument({ format, name }: JsonObject): string | undefined {
  const text = String(name)
  if (text.length > 200 || !/^[a-zA-Z0-9\s\-()[\]]+$/.test(text) || /\s\s/.test(text)) {
    return 'the name of a document'
  }
  return /^(?:pdf|csv|doc|docx|xls|xlsx|html|txt|md)$/.test(String(format))
    ? undefined
    : 'the format of a document'
}

function brokenDocuments(content: readonly JsonObject[]): string | undefined {
  const has = (field: string) => content.some((block) => block[field] !== undefined)
  return has('document') && !has('text') ? 'a document needs a text beside it' : undefined
}

function brokenMetadata(metadata: unknown): string | undefined {
  const entries = Object.entries(objectOrEmpty(metadata))
  const text = /^[a-zA-Z0-9\s:_@$#=/+,.-]{0,256}$/
  const isBroken = entries.some(([key, value]) => !text.test(key) || !text.test(String(value)))
  return isBroken || entries.length > 16 ? 'requestMetadata has another form' : undefined
}

function blocksOf(messages: unknown): readonly JsonObject[] {
  return arrayOrEmpty(messages).flatMap((message) =>
    arrayOrEmpty(objectOrEmpty(message)['content']).map(objectOrEmpty),
  )
}

function idsOf(content: readonly unknown[], field: string): readonly unknown[] {
  return content.flatMap((block) => {
    const value = objectOrEmpty(block)[field]
    return value === undefined ? [] : [objectOrEmpty(value)['toolUseId']]
  })
}

function sameMembers(left: readonly unknown[], right: readonly unknown[]): boolean {
  return left.length === right.length && left.every((one) => right.includes(one))
}

function firstOf<T>(
  values: readonly T[],
  check: (value: T) => string | undefined,
): string | undefined {
  for (const value of values) {
    const broken = check(value)
    if (broken !== undefined) return broken
  }
  return undefined
}
