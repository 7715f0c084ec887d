import type { PromptTemplateSettings, PromptVersion } from '@fairlead/snapshot'
import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js'
import { isJsonObject, type JsonObject, objectOrEmpty } from '@fairlead/base'
import { readObject } from '@fairlead/llm'
import { gatewayError } from '../errors/gateway-error.ts'
import { plainCopy } from './plain-copy.ts'
import { parameterValidator, TextTooLong } from './parameter-validator.ts'

/**
 * Validates parameters against their schema and applies its defaults. Schemas are compiled once.
 */
export class PromptParameters {
  /** Keyed by the version object of a snapshot, so that an entry is collected with its snapshot. */
  readonly #compiled = new WeakMap<PromptVersion, ValidateFunction>()

  /** `field` is the path of the parameters in the request; errors name the parameter below it. */
  check(
    prompt: PromptTemplateSettings,
    version: PromptVersion,
    parameters: unknown,
    field: string,
  ): JsonObject {
    const given = readObject(parameters, field)
    if (version.parameters === undefined) return refuseAll(prompt, given, field)
    const { values, restoreSpellings } = plainCopy(given)
    fillInheritedNames(values, version.parameters)
    const validate = this.#validator(version, version.parameters)
    const valid = isValid(values, validate, prompt, field)
    restoreSpellings()
    if (valid) return values
    const error = validate.errors?.[0]
    if (error === undefined) return values
    const name = parameterName(error)
    throw gatewayError.invalidParameter(
      name === '' ? field : `${field}.${name}`,
      `The prompt "${prompt.name}" cannot be rendered: ${explain(error, name)}.`,
    )
  }

  #validator(version: PromptVersion, schema: JsonObject): ValidateFunction {
    let validate = this.#compiled.get(version)
    if (validate === undefined) {
      validate = parameterValidator(schema)
      this.#compiled.set(version, validate)
    }
    return validate
  }
}

function isValid(
  values: JsonObject,
  validate: ValidateFunction,
  prompt: PromptTemplateSettings,
  field: string,
): boolean {
  try {
    return validate(values)
  } catch (error) {
    if (!(error instanceof TextTooLong)) throw error
    throw gatewayError.invalidParameter(
      field,
      `The prompt "${prompt.name}" cannot be rendered: ${error.message}.`,
    )
  }
}

/** Ajv takes a property that every object inherits for one that was given, and its default for idle. */
function fillInheritedNames(values: Record<string, unknown>, schema: JsonObject): void {
  for (const [name, property] of Object.entries(objectOrEmpty(schema['properties']))) {
    if (!(name in Object.prototype) || Object.hasOwn(values, name)) continue
    if (!isJsonObject(property) || property['default'] === undefined) continue
    Object.defineProperty(values, name, {
      value: structuredClone(property['default']),
      writable: true,
      enumerable: true,
      configurable: true,
    })
  }
}

function refuseAll(
  prompt: PromptTemplateSettings,
  parameters: JsonObject,
  field: string,
): JsonObject {
  const first = Object.keys(parameters)[0]
  if (first === undefined) return parameters
  throw gatewayError.invalidParameter(
    `${field}.${first}`,
    `The prompt "${prompt.name}" takes no parameters, but "${first}" was given.`,
  )
}

function parameterName(error: ErrorObject): string {
  const path = error.instancePath.split('/').slice(1)
  const params = error.params as { missingProperty?: string; additionalProperty?: string }
  const last = params.missingProperty ?? params.additionalProperty
  return [...path, ...(last === undefined ? [] : [last])].join('.')
}

function explain(error: ErrorObject, name: string): string {
  if (error.keyword === 'required') return `parameter "${name}" is required`
  if (error.keyword === 'additionalProperties') return `parameter "${name}" is not known`
  const allowed = (error.params as { allowedValues?: unknown[] }).allowedValues
  const values = allowed === undefined ? '' : `: ${allowed.map(String).join(', ')}`
  const subject = name === '' ? 'the parameters' : `parameter "${name}"`
  return `${subject} ${error.message ?? 'is not valid'}${values}`
}
