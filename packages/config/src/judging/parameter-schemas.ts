import { canonicalJson, type JsonObject } from '@fairlead/base'
import { compilePattern } from '@fairlead/cel'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { referenceProblem } from './schema-references.ts'

const dialect = 'https://json-schema.org/draft/2020-12/schema'
const textLengthMax = 65_536
const depthMax = 32

/** Formats are annotations here, as by default in the specification; so are unknown keywords. */
const createAjv = (): Ajv2020 =>
  new Ajv2020({
    strict: false,
    validateFormats: false,
    logger: false,
    code: { regExp: Object.assign((pattern: string) => compilePattern(pattern), { code: '' }) },
  })

/** Ajv keeps parts of every schema that it compiled, also of removed ones. */
const compiledMax = 200
/** A change of a template leaves most schemas as they are, but in new objects. */
const rememberedMax = 1024

/** Judges JSON Schemas of parameters. The same schema always gets the same verdict. */
export class ParameterSchemas {
  /** Compiling the meta-schema takes tens of milliseconds, so one instance serves all schemas. */
  #ajv = createAjv()
  #compiled = 0
  /** Verdicts by frozen schema: compiling one takes a millisecond. */
  readonly #verdicts = new WeakMap<object, string | undefined>()
  /** The latest verdicts by the schema's text. */
  readonly #byText = new Map<string, string | undefined>()

  /**
   * Why a value is not a JSON Schema 2020-12 that parameters can be checked with; undefined when it
   * is. Nothing is ever fetched: a reference that leads outside the schema is an error, and so is
   * one that leads back to itself. Patterns are those of RE2. At most 64 KiB and 32 levels deep.
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
    if (!this.#byText.has(text)) this.#remember(text, this.#compile(schema, text))
    return this.#byText.get(text)
  }

  #remember(text: string, verdict: string | undefined): void {
    if (this.#byText.size >= rememberedMax) {
      const [oldest = ''] = this.#byText.keys()
      this.#byText.delete(oldest)
    }
    this.#byText.set(text, verdict)
  }

  #compile(schema: object, text: string): string | undefined {
    // A schema that names itself or its parts would stay registered in the shared instance.
    const ajv = /"\$(id|anchor|dynamicAnchor)":/.test(text) ? createAjv() : this.#shared()
    try {
      ajv.compile(schema)
      return referenceProblem(schema as JsonObject)
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    } finally {
      ajv.removeSchema(schema)
    }
  }

  #shared(): Ajv2020 {
    if (this.#compiled >= compiledMax) {
      this.#ajv = createAjv()
      this.#compiled = 0
    }
    this.#compiled += 1
    return this.#ajv
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
