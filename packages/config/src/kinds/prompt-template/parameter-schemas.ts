import { Ajv2020 } from 'ajv/dist/2020.js'
import { canonicalJson } from '../../values/canonical-json.ts'

const dialect = 'https://json-schema.org/draft/2020-12/schema'
const textLengthMax = 65_536
const depthMax = 32

/** Formats are annotations here, as by default in the specification; so are unknown keywords. */
const createAjv = (): Ajv2020 =>
  new Ajv2020({ strict: false, validateFormats: false, logger: false })

/**
 * Judges JSON Schemas of parameters. It only remembers what it found: the same schema always gets the
 * same verdict.
 */
export class ParameterSchemas {
  /** Compiling the meta-schema takes tens of milliseconds, so one instance serves all schemas. */
  readonly #ajv = createAjv()
  /** Verdicts by frozen schema: compiling one takes a millisecond. */
  readonly #verdicts = new WeakMap<object, string | undefined>()

  /**
   * Why a value is not a JSON Schema 2020-12 that parameters can be checked with; undefined when it
   * is. Nothing is ever fetched: a reference that leads outside the schema is an error. At most
   * 64 KiB and 32 levels deep.
   */
  errorOf(schema: object): string | undefined {
    if (!Object.isFrozen(schema)) return this.#judge(schema)
    if (!this.#verdicts.has(schema)) this.#verdicts.set(schema, this.#judge(schema))
    return this.#verdicts.get(schema)
  }

  #judge(schema: object): string | undefined {
    if (Array.isArray(schema)) return 'a schema is an object'
    if (depthOf(schema, depthMax) > depthMax) return `nested deeper than ${depthMax} levels`
    const text = canonicalJson(schema)
    if (text.length > textLengthMax) return `longer than ${textLengthMax} characters`
    if ('$schema' in schema && schema.$schema !== dialect && schema.$schema !== `${dialect}#`) {
      return `$schema is ${JSON.stringify(schema.$schema)}; only ${dialect} is supported`
    }
    // a schema that names itself or its parts would stay registered in the shared instance
    const ajv = /"\$(id|anchor|dynamicAnchor)":/.test(text) ? createAjv() : this.#ajv
    try {
      ajv.compile(schema)
      return undefined
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    } finally {
      ajv.removeSchema(schema)
    }
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
