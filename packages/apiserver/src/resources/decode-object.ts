import { copyJson, errors, withDefaults, type KubernetesObject } from '@fairlead/kube-core'

import { BodyError } from '../decoding/body-error.ts'
import type { EmptyValues } from '../decoding/empty-values.ts'
import type { ResourceDefinition } from '../definitions/resource-definition.ts'
import { decodeBuiltIn } from './decode-built-in.ts'
import { decodeCustom } from './decode-custom.ts'
import { withoutEmptyValues } from './given-empty.ts'
import type { WriteOptions } from './write-options.ts'

/** Maximum number of such fields in one response. */
const reportedFieldsMax = 100

interface Decoded {
  readonly object: KubernetesObject
  readonly unknownFields: readonly string[]
  /** Of a built-in kind. */
  readonly empty?: EmptyValues
  /** Why it is refused once its unknown fields have been told of. */
  readonly refusal?: Error
}

type DecodeOptions = Pick<WriteOptions, 'fieldValidation' | 'warn' | 'duplicates'>

/**
 * Decodes a client's body as an object of `definition`: without unknown fields, and with defaults.
 * Unknown and duplicate fields are reported as `fieldValidation` asks.
 *
 * @param refuse the error with which this verb refuses values of wrong types, and unknown fields
 * @throws StatusError 400
 */
export function decodeObject(
  definition: ResourceDefinition,
  body: unknown,
  options: DecodeOptions,
  refuse: (message: string) => Error = (message) =>
    errors.badRequest(`${cannotBeHandled(definition)}: ${message}`),
): KubernetesObject {
  const known = decodeKnownFields(definition, body, options, refuse)
  const { schema, writeRules } = definition
  if (known.empty !== undefined) {
    // What has just been decoded is nobody else's.
    writeRules.defaults?.(known.object)
    return withoutEmptyValues(known.object, known.empty)
  }
  const complete = withDefaults(known.object, schema)
  if (writeRules.defaults === undefined) return complete
  const defaulted = copyJson(complete)
  writeRules.defaults(defaulted)
  return defaulted
}

/** Decodes without defaults: what a client said itself. As `decodeObject` in all else. */
function decodeKnownFields(
  definition: ResourceDefinition,
  body: unknown,
  options: DecodeOptions,
  refuse: (message: string) => Error,
): Decoded {
  const known = decoded(definition, body, refuse)
  const { unknownFields } = known
  const problems = [
    ...(options.duplicates ?? [])
      .filter(({ path }) => !isBelow(path, unknownFields))
      .map(({ problem }) => problem),
    ...unknownFields.map((path) => `unknown field "${path}"`),
  ]
  report(problems, options, refuse)
  if (known.refusal !== undefined) throw known.refusal
  return known
}

function decoded(
  definition: ResourceDefinition,
  body: unknown,
  refuse: (message: string) => Error,
): Decoded {
  try {
    return definition.origin === 'built-in'
      ? decodeBuiltIn(definition, body)
      : decodeCustom(definition, body)
  } catch (error) {
    throw error instanceof BodyError ? refuse(error.message) : error
  }
}

/** What is in an unknown field is not looked at. */
function isBelow(path: string | undefined, fields: readonly string[]): boolean {
  if (path === undefined) return false
  return fields.some(
    (field) => path === field || path.startsWith(`${field}.`) || path.startsWith(`${field}[`),
  )
}

function report(
  problems: readonly string[],
  { fieldValidation, warn }: Pick<WriteOptions, 'fieldValidation' | 'warn'>,
  refuse: (message: string) => Error,
): void {
  if (problems.length === 0 || fieldValidation === 'Ignore') return
  const reported = problems.slice(0, reportedFieldsMax)
  if (fieldValidation === 'Strict') throw refuse(`strict decoding error: ${reported.join(', ')}`)
  for (const problem of reported) {
    for (const warning of warningsOf(problem)) warn(warning)
  }
}

/** The warnings of a problem: those of YAML are one text with a heading. */
export function warningsOf(problem: string): string[] {
  const [heading = '', ...lines] = problem.split('\n')
  return heading === yamlProblems ? lines.map((line) => line.trim()) : [problem]
}

/** How yaml.v2 begins what it says of a text. */
export const yamlProblems = 'yaml: unmarshal errors:'

function cannotBeHandled({ kind, version }: ResourceDefinition): string {
  return `${kind} in version "${version}" cannot be handled as a ${kind}`
}
