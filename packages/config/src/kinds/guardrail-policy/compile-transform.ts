import type { GuardrailPolicyTransform } from '@fairlead/api'
import { jsonOf, SchemaUnusable } from '@fairlead/guard'
import type { FormatSettings, TransformSettings } from '@fairlead/snapshot'
import type { Findings } from '../../judging/findings.ts'
import { frozenCopy } from '../../values/freeze.ts'

/** The settings of a transform. Rejects a schema that cannot be enforced. */
export function compileTransform(
  { format, length, name }: GuardrailPolicyTransform,
  path: string,
  findings: Findings,
): TransformSettings {
  if (format !== undefined) {
    return { name, change: compileFormat(format, `${path}.format`, findings) }
  }
  if (length === undefined) return { name, change: { type: 'StripReasoning' } }
  return { name, change: { type: 'Length', maxCharacters: length.maxCharacters } }
}

function compileFormat(
  format: NonNullable<GuardrailPolicyTransform['format']>,
  path: string,
  findings: Findings,
): FormatSettings {
  const { model, onFailure, repair, retries, schema } = format
  if (schema !== undefined) {
    try {
      jsonOf(schema)
    } catch (error) {
      if (!(error instanceof SchemaUnusable)) throw error
      findings.reject(`${path}.schema: ${error.message}`)
    }
  }
  return {
    type: 'Format',
    schema: schema === undefined ? undefined : frozenCopy(schema),
    repair,
    retries,
    model,
    onFailure,
  }
}
