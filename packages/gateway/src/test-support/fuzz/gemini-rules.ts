import { isJsonObject, type JsonObject } from '@fairlead/base'

const bodyFields = new Set([
  'contents',
  'systemInstruction',
  'tools',
  'toolConfig',
  'safetySettings',
  'generationConfig',
  'cachedContent',
  'serviceTier',
  'store',
])

/** https://ai.google.dev/api/generate-content#GenerationConfig */
const configFields = new Set([
  'stopSequences',
  'responseMimeType',
  'responseSchema',
  'responseJsonSchema',
  'responseModalities',
  'candidateCount',
  'maxOutputTokens',
  'temperature',
  'topP',
  'topK',
  'seed',
  'presencePenalty',
  'frequencyPenalty',
  'responseLogprobs',
  'logprobs',
  'enableEnhancedCivicAnswers',
  'speechConfig',
  'thinkingConfig',
  'imageConfig',
  'mediaResolution',
])

/** A part has exactly one of these: https://ai.google.dev/api/caching#Part */
const dataFields = [
  'text',
  'inlineData',
  'fileData',
  'functionCall',
  'functionResponse',
  'executableCode',
  'codeExecutionResult',
  'toolCall',
  'toolResponse',
]

/** https://ai.google.dev/api/caching#Schema */
const schemaFields = new Set([
  'type',
  'format',
  'title',
  'description',
  'nullable',
  'enum',
  'maxItems',
  'minItems',
  'properties',
  'required',
  'minProperties',
  'maxProperties',
  'minLength',
  'maxLength',
  'pattern',
  'example',
  'anyOf',
  'propertyOrdering',
  'default',
  'items',
  'minimum',
  'maximum',
])

/**
 * What generateContent would say of a request, as far as a translation is answerable for it. `model` is that of the path.
 * Undefined: nothing.
 */
export function brokenGeminiRule(model: string, body: JsonObject): string | undefined {
  const unknown = Object.keys(body).find((name) => !bodyFields.has(name))
  if (unknown !== undefined) return `Unknown name "${unknown}": Cannot find field.`
  return (
    brokenContents(model, body['contents']) ??
    brokenInstruction(body['systemInstruction']) ??
    brokenConfig(model, body) ??
    brokenTools(model, body['tools'])
  )
}

function brokenContents(model: string, contents: unknown): string | undefined {
  if (!Array.isArray(contents) || contents.length === 0) return 'contents is not specified'
  let previous: JsonObject | undefined
  for (const content of contents) {
    if (!isJsonObject(content)) return 'a content is no object'
    const { role = 'user', parts } = content
    if (role !== 'user' && role !== 'model') return 'Please use a valid role: user, model.'
    if (!Array.isArray(parts) || parts.length === 0) return 'contents.parts must not be empty.'
    const broken = parts.map(brokenPart).find((rule) => rule !== undefined)
    if (broken !== undefined) return broken
    const before = previous === undefined ? [] : partsOf(previous)
    const called = callsOf(before, 'functionCall')
    const answered = callsOf(partsOf(content), 'functionResponse')
    if (called.join() !== answered.join()) {
      // https://ai.google.dev/gemini-api/docs/function-calling
      return 'Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.'
    }
    if (
      callsOf(partsOf(content), 'functionCall').length > 0 &&
      (previous?.['role'] ?? 'user') === 'model'
    ) {
      return 'Please ensure that function call turn comes immediately after a user turn or after a function response turn.'
    }
    previous = content
  }
  if (previous !== undefined && callsOf(partsOf(previous), 'functionCall').length > 0) {
    return 'the last function call has no response'
  }
  return /gemini-[12]/.test(model) ? undefined : missingSignature(contents)
}

/** https://ai.google.dev/gemini-api/docs/thought-signatures */
function missingSignature(contents: readonly unknown[]): string | undefined {
  const all = contents.filter(isJsonObject)
  const turn = all.findLastIndex(
    (content) =>
      content['role'] !== 'model' &&
      partsOf(content).some((part) => part['functionResponse'] === undefined),
  )
  for (const content of all.slice(turn + 1)) {
    const call = partsOf(content).find((part) => part['functionCall'] !== undefined)
    if (call !== undefined && typeof call['thoughtSignature'] !== 'string') {
      return 'Function call is missing a thought_signature in functionCall parts.'
    }
  }
  return undefined
}

function brokenPart(part: unknown): string | undefined {
  if (!isJsonObject(part)) return 'a part is no object'
  const data = dataFields.filter((name) => part[name] !== undefined)
  if (data.length !== 1) return `a part has ${data.length} kinds of data`
  const {
    functionCall: call,
    functionResponse: response,
    inlineData: blob,
    thoughtSignature,
  } = part
  if (isJsonObject(call) && !isJsonObject(call['args'] ?? {})) return 'args is no object'
  if (isJsonObject(response) && !isJsonObject(response['response'])) return 'response is no object'
  if (isJsonObject(blob)) {
    const { mimeType, data: bytes, displayName } = blob
    if (typeof mimeType !== 'string' || typeof bytes !== 'string') return 'a blob is incomplete'
    if (displayName !== undefined) return 'displayName is not supported in Gemini API'
    if (mimeType === 'image/gif' || mimeType === 'image/jpg') {
      return `Unsupported MIME type: ${mimeType}`
    }
  }
  if (thoughtSignature !== undefined && !isBase64(thoughtSignature)) {
    return 'thought_signature: Base64 decoding failed'
  }
  return undefined
}

const isBase64 = (value: unknown): boolean => typeof value === 'string' && /^[\w+/=-]+$/.test(value)

function brokenInstruction(instruction: unknown): string | undefined {
  if (instruction === undefined) return undefined
  const parts = isJsonObject(instruction) ? partsOf(instruction) : []
  return parts.length > 0 && parts.every(({ text }) => typeof text === 'string')
    ? undefined
    : 'system_instruction has parts that are no text'
}

function brokenConfig(model: string, body: JsonObject): string | undefined {
  const config = body['generationConfig'] ?? {}
  if (!isJsonObject(config)) return 'generation_config is no object'
  const unknown = Object.keys(config).find((name) => !configFields.has(name))
  if (unknown !== undefined) return `Unknown name "${unknown}" at 'generation_config'`
  const { temperature, stopSequences, thinkingConfig, responseMimeType, responseSchema } = config
  if (typeof temperature === 'number' && (temperature < 0 || temperature > 2)) {
    return 'temperature must be in the range [0.0, 2.0].'
  }
  if (Array.isArray(stopSequences) && (stopSequences.length > 5 || stopSequences.includes(''))) {
    return 'stop_sequences has more than 5 entries, or an empty one'
  }
  if (isJsonObject(thinkingConfig)) {
    const { thinkingBudget, thinkingLevel } = thinkingConfig
    if (thinkingBudget !== undefined && thinkingLevel !== undefined) {
      return 'You can only set only one of thinking budget and thinking level.'
    }
    if (thinkingLevel !== undefined && /gemini-2/.test(model)) {
      return 'Thinking level is not supported for this model.'
    }
  }
  const isJson = responseMimeType === 'application/json'
  if (!isJson && (responseSchema ?? config['responseJsonSchema']) !== undefined) {
    return 'response_schema needs response_mime_type application/json'
  }
  if (isJson && body['tools'] !== undefined && /gemini-[12]/.test(model)) {
    return "Function calling with a response mime type: 'application/json' is unsupported"
  }
  if (config['logprobs'] !== undefined && config['responseLogprobs'] !== true) {
    return 'logprobs needs response_logprobs'
  }
  return brokenSchema(responseSchema)
}

function brokenTools(model: string, tools: unknown): string | undefined {
  if (tools === undefined) return undefined
  if (!Array.isArray(tools)) return 'tools are no list'
  const kinds = new Set(tools.filter(isJsonObject).flatMap((tool) => Object.keys(tool)))
  if (kinds.has('functionDeclarations') && kinds.size > 1 && /gemini-[12]/.test(model)) {
    return 'Tool use with function calling is unsupported'
  }
  for (const tool of tools.filter(isJsonObject)) {
    const declared = tool['functionDeclarations']
    for (const declaration of Array.isArray(declared) ? declared.filter(isJsonObject) : []) {
      const { name, parameters, parametersJsonSchema } = declaration
      if (typeof name !== 'string' || !/^[A-Za-z_][\w.:-]{0,127}$/.test(name)) {
        return 'Invalid function name.'
      }
      if (parameters !== undefined && parametersJsonSchema !== undefined) {
        return 'a function has two schemas'
      }
      const broken = brokenSchema(parameters)
      if (broken !== undefined) return broken
    }
  }
  return undefined
}

function brokenSchema(schema: unknown): string | undefined {
  if (!isJsonObject(schema)) return undefined
  const unknown = Object.keys(schema).find((name) => !schemaFields.has(name))
  if (unknown !== undefined) return `Unknown name "${unknown}": Cannot find field.`
  const { type, properties, items, anyOf } = schema
  if (type !== undefined && typeof type !== 'string') return 'Proto field is not repeating: type'
  if (type === 'ARRAY' && items === undefined) return 'items: missing field.'
  const children = [
    ...(isJsonObject(properties) ? Object.values(properties) : []),
    ...(Array.isArray(anyOf) ? (anyOf as unknown[]) : []),
    items,
  ]
  return children.map(brokenSchema).find((rule) => rule !== undefined)
}

function partsOf({ parts }: JsonObject): readonly JsonObject[] {
  return Array.isArray(parts) ? parts.filter(isJsonObject) : []
}

/** The names of the functions that are called, or answer, in order. */
function callsOf(parts: readonly JsonObject[], field: string): string[] {
  return parts.flatMap((part) => {
    const call = part[field]
    return isJsonObject(call) ? [String(call['name'])] : []
  })
}
