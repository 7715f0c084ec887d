import type { FieldError } from '../field-error.ts'
import { invalid } from '../schema/schema-path.ts'
import type { CustomResourceVersion } from './custom-resource-definition.ts'

const warningLengthMax = 256

/** What is wrong with the warning of a deprecated version. */
export function checkDeprecation(version: CustomResourceVersion, field: string): FieldError[] {
  const { deprecated, deprecationWarning: warning } = version
  if (warning === undefined || warning === null) return []
  const refuse = (detail: string) => invalid(field, warning, detail)
  if (!deprecated) return [refuse('can only be set for deprecated versions')]
  const errors: FieldError[] = []
  if (Buffer.byteLength(warning) > warningLengthMax) {
    errors.push(refuse(`must be <= ${warningLengthMax} characters long`))
  }
  if (warning === '') errors.push(refuse('must not be an empty string'))
  const unprintable = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.exec(warning)
  if (unprintable) {
    const index = Buffer.byteLength(warning.slice(0, unprintable.index))
    const detail = `must only contain printable UTF-8 characters; non-printable character found at index ${index}`
    errors.push(refuse(detail))
  }
  return errors
}
