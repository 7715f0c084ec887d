import type { JsonShape } from '../json/json-shape.ts'

type Schema = Readonly<Record<string, unknown>>
type Schemas = Readonly<Record<string, Schema>>

/** What of JSON Schema a shape has under the same name. */
const plainKeywords = [
  'type',
  'enum',
  'required',
  'maxProperties',
  'minItems',
  'maxItems',
  'minLength',
  'maxLength',
  'pattern',
  'minimum',
  'maximum',
] as const

/** Fields that OpenAI's description requires and its servers do not, by schema. */
const notRequired: Readonly<Record<string, readonly string[]>> = {
  ReasoningItem: ['id'],
  OutputTextContent: ['annotations', 'logprobs'],
  InputImageContent: ['detail'],
  LogProb: ['bytes', 'top_logprobs'],
}

/** Three schemas that overlap, which stand here as one for each kind of speaker. */
const messageSchemas = new Set(['EasyInputMessage', 'InputMessage', 'OutputMessage'])

/** Asks for something and is nothing to keep. */
const notKept = new Set(['CompactionTriggerItemParam'])

const idAndStatus: Readonly<Record<string, JsonShape>> = {
  id: { type: 'string' },
  status: { type: 'string', enum: ['in_progress', 'completed', 'incomplete'] },
}

/**
 * The shapes of the items that a conversation takes, made from OpenAI's API description (its
 * `InputItem`): `Item` and those that it names. They differ from the description where its servers do:
 * - annotations and the like may be left out (`notRequired`), and a message's id and status;
 * - a message of the model may have the parts of input and of output, and text for its content; one
 *   of the caller may have audio, which only the description of chat completions has;
 * - an item may have the fields with which the API itself shows it (`ConversationItem`);
 * - every item has its type, as whoever checks it fills in what callers may leave out;
 * - fields that no schema names are refused, as a provider would refuse every later call with them.
 */
export function itemShapes(document: unknown): ReadonlyMap<string, JsonShape> {
  const { schemas } = (document as { components: { schemas: Schemas } }).components
  const shapes = new Map<string, JsonShape>()
  const add = (name: string): string => {
    if (!shapes.has(name)) {
      shapes.set(name, {})
      shapes.set(name, relaxed(name, shapeOf(schemaNamed(name, schemas), name, add)))
    }
    return name
  }
  const shown = shownProperties(schemas, add)
  const names = itemNames(schemas).filter((name) => !messageSchemas.has(name) && !notKept.has(name))
  for (const name of names) {
    add(name)
    shapes.set(name, asItem(shapes.get(name) ?? {}, shown))
  }
  shapes.set('ItemReferenceParam', referenceShape)
  for (const name of ['InputContent', 'OutputMessageContent', 'MessagePhase']) add(name)
  shapes.set('AudioContent', audioShape)
  shapes.set(
    'InputMessage',
    messageShape(['user', 'system', 'developer'], ['InputContent', 'AudioContent'], 1),
  )
  shapes.set(
    'OutputMessage',
    messageShape(['assistant'], ['OutputMessageContent', 'InputContent'], 0),
  )
  shapes.set('Item', {
    anyOf: ['InputMessage', 'OutputMessage', ...names].map(($ref) => ({ $ref })),
  })
  const reached = reachedFrom('Item', shapes)
  return new Map([...shapes].filter(([name]) => reached.has(name)).toSorted(byName))
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1
}

function schemaNamed(name: string, schemas: Schemas): Schema {
  const schema = schemas[name]
  if (schema === undefined) throw new Error(`the description has no schema ${name}`)
  return schema
}

function nameOf(reference: unknown): string {
  return String(reference).slice(String(reference).lastIndexOf('/') + 1)
}

/** The schemas that `InputItem` chooses from. */
function itemNames(schemas: Schemas): string[] {
  const choices = (name: string) =>
    ((schemas[name]?.['oneOf'] ?? []) as Schema[]).map(({ $ref }) => nameOf($ref))
  return choices('InputItem').flatMap((name) => (name === 'Item' ? choices('Item') : [name]))
}

function shapeOf(schema: Schema, owner: string, add: (name: string) => string): JsonShape {
  const of = (child: unknown) => shapeOf(child as Schema, owner, add)
  if (schema['$recursiveRef'] !== undefined) return { $ref: owner }
  if (schema['$ref'] !== undefined) return { $ref: add(nameOf(schema['$ref'])) }
  const alternatives = (schema['anyOf'] ?? schema['oneOf']) as unknown[] | undefined
  if (alternatives !== undefined) return { anyOf: alternatives.map(of) }
  const shape: Record<string, unknown> = {}
  for (const keyword of plainKeywords) {
    if (schema[keyword] !== undefined) shape[keyword] = schema[keyword]
  }
  const { additionalProperties: others, items, properties, propertyNames } = schema
  if (properties !== undefined) {
    const entries = Object.entries(properties as object)
    if (entries.length > 0) {
      shape['properties'] = Object.fromEntries(entries.map(([name, child]) => [name, of(child)]))
      shape['additionalProperties'] = false
    }
  }
  if (typeof others === 'object' && others !== null) shape['additionalProperties'] = of(others)
  if (items !== undefined) shape['items'] = of(items)
  if (propertyNames !== undefined) shape['propertyNames'] = of(propertyNames)
  return shape
}

/**
 * A shape without what is not required after all: so is a field that the description requires without
 * describing it.
 */
function relaxed(name: string, { properties, required = [], ...rest }: JsonShape): JsonShape {
  if (properties === undefined) return rest
  const isKnown = (field: string) => Object.hasOwn(properties, field)
  const known = required.filter(
    (field) => isKnown(field) && notRequired[name]?.includes(field) !== true,
  )
  const others = required.filter((field) => !isKnown(field)).map((field) => [field, {}] as const)
  return {
    ...rest,
    properties: { ...properties, ...Object.fromEntries(others) },
    ...(known.length === 0 ? {} : { required: known }),
  }
}

function asItem(
  { properties = {}, required = [], ...rest }: JsonShape,
  shown: ReadonlyMap<string, Readonly<Record<string, JsonShape>>>,
): JsonShape {
  const type = properties['type']?.enum?.[0]
  return {
    ...rest,
    properties: { ...idAndStatus, ...shown.get(String(type)), ...properties },
    required,
  }
}

/** The fields with which the API shows items, by their types. */
function shownProperties(
  schemas: Schemas,
  add: (name: string) => string,
): ReadonlyMap<string, Readonly<Record<string, JsonShape>>> {
  const choices = (schemas['ConversationItem']?.['oneOf'] ?? []) as Schema[]
  const fieldsOf = (schema: Schema): Readonly<Record<string, Schema>> => {
    if (schema['$ref'] !== undefined) return fieldsOf(schemaNamed(nameOf(schema['$ref']), schemas))
    const all = (schema['allOf'] ?? []) as Schema[]
    const own = (schema['properties'] ?? {}) as Readonly<Record<string, Schema>>
    return Object.fromEntries([...all.map(fieldsOf), own].flatMap(Object.entries<Schema>))
  }
  return new Map(
    choices.map((choice) => {
      const fields = Object.entries(fieldsOf(choice))
      const types = fields.find(([name]) => name === 'type')?.[1]['enum'] as string[] | undefined
      return [
        types?.[0] ?? '',
        Object.fromEntries(fields.map(([name, schema]) => [name, shapeOf(schema, '', add)])),
      ]
    }),
  )
}

const referenceShape: JsonShape = {
  type: 'object',
  properties: { type: { type: 'string', enum: ['item_reference'] }, id: { type: 'string' } },
  additionalProperties: false,
  required: ['type', 'id'],
}

const audioShape: JsonShape = {
  type: 'object',
  properties: {
    type: { type: 'string', enum: ['input_audio'] },
    input_audio: {
      type: 'object',
      properties: { data: { type: 'string' }, format: { type: 'string' } },
      additionalProperties: false,
      required: ['data', 'format'],
    },
  },
  additionalProperties: false,
  required: ['type', 'input_audio'],
}

function messageShape(
  roles: readonly string[],
  contents: readonly string[],
  partsMin: number,
): JsonShape {
  const part: JsonShape = { anyOf: contents.map(($ref) => ({ $ref })) }
  return {
    type: 'object',
    properties: {
      ...idAndStatus,
      type: { type: 'string', enum: ['message'] },
      role: { type: 'string', enum: roles },
      content: { anyOf: [{ type: 'string' }, { type: 'array', minItems: partsMin, items: part }] },
      phase: { anyOf: [{ $ref: 'MessagePhase' }, { type: 'null' }] },
    },
    additionalProperties: false,
    required: ['type', 'role', 'content'],
  }
}

function reachedFrom(root: string, shapes: ReadonlyMap<string, JsonShape>): ReadonlySet<string> {
  const reached = new Set<string>()
  const visit = (name: string) => {
    if (reached.has(name)) return
    reached.add(name)
    JSON.stringify(shapes.get(name), (key, value: unknown) => {
      if (key === '$ref') visit(String(value))
      return value
    })
  }
  visit(root)
  return reached
}
