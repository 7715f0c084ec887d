import { canonicalJson, type JsonObject } from '@fairlead/base'
import { compilePattern } from '@fairlead/cel'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'

/** RE2 reads about eight million characters a second: this many take some 30 ms. */
const patternTextMax = 262_144

/** Thrown for a text that is too long to be compared with a pattern. */
export class TextTooLong extends Error {
  override readonly name = 'TextTooLong'

  constructor() {
    super(`a text with a pattern may have at most ${patternTextMax} characters`)
  }
}

/**
 * A function that validates values against a JSON Schema 2020-12 and fills in its defaults. It takes
 * time linear in the value, whatever the schema: patterns are those of RE2, as in the API server's
 * schemas. The function throws TextTooLong.
 */
export function parameterValidator(schema: JsonObject): ValidateFunction {
  const ajv = new Ajv2020({
    useDefaults: true,
    strict: false,
    validateFormats: false,
    logger: false,
    // A parameter may have a name that every object inherits, such as constructor.
    ownProperties: true,
    code: { regExp: Object.assign(linearPattern, { code: '' }) },
  })
  // Its own keyword compares every pair of items.
  ajv.removeKeyword('uniqueItems')
  ajv.addKeyword({
    keyword: 'uniqueItems',
    type: 'array',
    schemaType: 'boolean',
    validate: (unique: boolean, items: readonly unknown[]) =>
      !unique || new Set(items.map(canonicalJson)).size === items.length,
    error: { message: 'must NOT have duplicate items' },
  })
  return ajv.compile(structuredClone(schema))
}

function linearPattern(source: string) {
  const pattern = compilePattern(source)
  return {
    test(text: string) {
      if (text.length > patternTextMax) throw new TextTooLong()
      return pattern.test(text)
    },
    /** Identifies it to Ajv, which keeps one of each. */
    toString: () => source,
  }
}
