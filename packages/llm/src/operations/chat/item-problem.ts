import { isJsonObject, type JsonObject } from '@fairlead/base'

/** What must be true of a value that is there. */
type Check = (value: unknown) => boolean
/** What must be true of each field; those in `optional` may be absent, but not null. */
interface Form {
  readonly required: Readonly<Record<string, Check>>
  readonly optional?: Readonly<Record<string, Check>>
  /** Of which there is one at least. */
  readonly some?: readonly string[]
}

const isText: Check = (value) => typeof value === 'string'
const isName: Check = (value) => typeof value === 'string' && value !== ''
const isTrue: Check = (value) => value === true
const isFlag: Check = (value) => typeof value === 'boolean'
const isOneOf =
  (...values: readonly string[]): Check =>
  (value) =>
    values.includes(value as string)
const isListOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check)
const hasForm =
  (form: Form): Check =>
  (value) =>
    isJsonObject(value) && formProblem(value, form) === undefined

const isExtras = hasForm({ required: { dialect: isText, fields: isJsonObject } })
const isCacheControl = hasForm({ required: { type: isText }, optional: { ttl: isText } })
const isAnnotation = hasForm({
  required: { type: isText },
  optional: { origin: hasForm({ required: { dialect: isText, value: isJsonObject } }) },
})
const isTextOf = (type: string) => hasForm({ required: { type: isOneOf(type), text: isText } })

const everyPart = { cache_control: isCacheControl, extras: isExtras } as const
const partForms: ReadonlyMap<unknown, Form> = new Map<unknown, Form>([
  ['input_text', { required: { text: isText } }],
  [
    'output_text',
    {
      required: { text: isText },
      optional: { annotations: isListOf(isAnnotation), logprobs: Array.isArray },
    },
  ],
  ['refusal', { required: { refusal: isText } }],
  [
    'input_image',
    { required: { image_url: isName }, optional: { detail: isOneOf('auto', 'low', 'high') } },
  ],
  [
    'input_file',
    {
      required: {},
      optional: { filename: isText, file_id: isName, file_data: isName, file_url: isName },
      some: ['file_id', 'file_data', 'file_url'],
    },
  ],
  ['input_audio', { required: { data: isName, format: isName } }],
  [
    'output_file',
    {
      required: { media_type: isName, data: isText },
      optional: { id: isText, transcript: isText },
    },
  ],
])

const isPart: Check = (value) => {
  const form = isJsonObject(value) ? partForms.get(value['type']) : undefined
  return form !== undefined && formProblem(value as JsonObject, form, everyPart) === undefined
}

const everyItem = {
  id: isText,
  status: isOneOf('in_progress', 'completed', 'incomplete'),
} as const
const itemForms: ReadonlyMap<unknown, Form> = new Map<unknown, Form>([
  [
    'message',
    {
      required: {
        role: isOneOf('user', 'assistant', 'system', 'developer'),
        content: isListOf(isPart),
      },
      optional: { name: isText, phase: isText, extras: isExtras },
    },
  ],
  [
    'reasoning',
    {
      required: { summary: isListOf(isTextOf('summary_text')) },
      optional: {
        maker: isText,
        content: isListOf(isTextOf('reasoning_text')),
        encrypted_content: isText,
        signature: isText,
      },
    },
  ],
  [
    'function_call',
    {
      required: { call_id: isName, name: isName, arguments: isText },
      optional: {
        custom: isTrue,
        maker: isText,
        signature: isText,
        cache_control: isCacheControl,
        extras: isExtras,
      },
    },
  ],
  [
    'function_call_output',
    {
      required: { call_id: isName, output: (value) => isText(value) || isListOf(isPart)(value) },
      optional: {
        custom: isTrue,
        is_error: isFlag,
        cache_control: isCacheControl,
        extras: isExtras,
      },
    },
  ],
  [
    'fairlead:native',
    {
      required: {
        role: isOneOf('user', 'assistant', 'system'),
        dialect: isText,
        block: isJsonObject,
      },
    },
  ],
])

/**
 * Why a value that was kept as an item is none, as `content is not valid`; undefined for an item. What
 * this passes, every dialect can read. Takes time in proportion to the item.
 */
export function itemProblem(value: unknown): string | undefined {
  if (!isJsonObject(value)) return 'it is not an object'
  const form = itemForms.get(value['type'])
  return form === undefined ? 'its type is not known' : formProblem(value, form, everyItem)
}

function formProblem(
  value: JsonObject,
  { optional = {}, required, some }: Form,
  every: Readonly<Record<string, Check>> = {},
): string | undefined {
  for (const name of Object.keys(required)) {
    if (value[name] === undefined) return `${name} is missing`
  }
  for (const name of Object.keys(value)) {
    const field = value[name]
    const check = checkOf(name, required) ?? checkOf(name, optional) ?? checkOf(name, every)
    if (field !== undefined && check?.(field) === false) return `${name} is not valid`
  }
  if (some !== undefined && !some.some((name) => value[name] !== undefined)) {
    return `${some.join(', ')} are missing`
  }
  return undefined
}

function checkOf(name: string, checks: Readonly<Record<string, Check>>): Check | undefined {
  return Object.hasOwn(checks, name) ? checks[name] : undefined
}
