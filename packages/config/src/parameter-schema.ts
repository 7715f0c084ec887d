import { Ajv2020 } from 'ajv/dist/2020.js'
import { canonicalJson } from './canonical-json.ts'

const dialect = 'https://json-schema.org/draft/2020-12/schema'
const textLengthMax = 65_536
const depthMax = 32

/** Formats are annotations here, as in the specification's default; unknown keywords are too. */
const createAjv = (): Ajv2020 =>
  new Ajv2020({ strict: false, validateFormats: false, logger: false })

/** Compiling the meta-schema takes tens of milliseconds, so one instance serves all schemas. */
const sharedAjv = createAjv()

/** Verdicts of schemas seen before: they are immutable, and compiling one takes a millisecond. */
const verdicts = new WeakMap<object, string | undefined>()

/**
 * Why a value is not a JSON Schema 2020-12 that parameters can be checked with; undefined when it
 * is. Nothing is ever fetched: a reference that leads outside the schema is an error. At most 64 KiB
 * and 32 levels deep.
 */
export function parameterSchemaError(schema: object): string | undefined {
  if (!Object.isFrozen(schema)) return judgeSchema(schema)
  if (!verdicts.has(schema)) verdicts.set(schema, judgeSchema(schema))
  return verdicts.get(schema)
}

function judgeSchema(schema: object): string | undefined {
  if (Array.isArray(schema)) return 'a schema is an object'
  if (depthOf(schema, depthMax) > depthMax) return `nested deeper than ${depthMax} levels`
  const text = canonicalJson(schema)
  if (text.length > textLengthMax) return `longer than ${textLengthMax} characters`
  if ('$schema' in schema && schema.$schema !== dialect && schema.$schema !== `${dialect}#`) {
    return `$schema is ${JSON.stringify(schema.$schema)}; only ${dialect} is supported`
  }
  // a schema that names itself or its parts would stay registered in the shared instance
  const ajv = /"\$(id|anchor|dynamicAnchor)":/.test(text) ? createAjv() : sharedAjv
  try {
    ajv.compile(schema)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  } finally {
    ajv.removeSchema(schema)
  }
}

/** How deep a value is nested, counted no further than just past the limit. */
function depthOf(value: unknown, limit: number): number {
  if (typeof value !== 'object' || value === null) return 0
  if (limit < 0) return 1
  let deepest = 0
  for (const field of Object.values(value)) deepest = Math.max(deepest, depthOf(field, limit - 1))
  return deepest + 1
}
