import { supportedValues, type FieldError } from '../field-error.ts'
import { findField } from './find-field.ts'
import { child, invalid, required } from './schema-path.ts'
import type { StructuralSchema, ValidationRule } from './structural-schema.ts'

/** What is wrong with the rules of a node besides their expressions. */
export function checkRuleTexts(schema: StructuralSchema, path: string): FieldError[] {
  return (schema['x-kubernetes-validations'] ?? []).flatMap((rule, index) => {
    const at = `${child(path, 'x-kubernetes-validations')}[${index}]`
    return [
      ...checkMessage(rule, at),
      ...checkMessageExpression(rule, at),
      ...checkReason(rule, at),
      ...checkFieldPath(rule, schema, at),
    ]
  })
}

const lineBreak = /[\n\r]/

function checkMessage({ rule, message = '' }: ValidationRule, at: string): FieldError[] {
  const text = message.trim()
  const field = `${at}.message`
  if (rule.trim() === '') return [required(`${at}.rule`, 'rule is not specified')]
  if (message !== '' && text === '') {
    return [invalid(field, message, 'message must be non-empty if specified')]
  }
  if (lineBreak.test(text)) {
    return [invalid(field, message, 'message must not contain line breaks')]
  }
  if (lineBreak.test(rule.trim()) && text === '') {
    return [required(field, 'message must be specified if rule contains line breaks')]
  }
  return []
}

function checkMessageExpression({ messageExpression }: ValidationRule, at: string): FieldError[] {
  if (!messageExpression || messageExpression.trim() !== '') return []
  const detail = 'messageExpression must be non-empty if specified'
  return [required(`${at}.messageExpression`, detail)]
}

const reasons = [
  'FieldValueDuplicate',
  'FieldValueForbidden',
  'FieldValueInvalid',
  'FieldValueRequired',
]

function checkReason({ reason }: ValidationRule, at: string): FieldError[] {
  if (reason === undefined || reasons.includes(reason)) return []
  const detail = supportedValues(reasons)
  return [{ type: 'Unsupported', field: `${at}.reason`, badValue: reason, detail }]
}

function checkFieldPath(
  { fieldPath }: ValidationRule,
  schema: StructuralSchema,
  at: string,
): FieldError[] {
  if (!fieldPath) return []
  const errors: FieldError[] = []
  const field = `${at}.fieldPath`
  const refuse = (detail: string) => void errors.push(invalid(field, fieldPath, detail))
  if (fieldPath.trim() === '') refuse('fieldPath must be non-empty if specified')
  if (lineBreak.test(fieldPath)) refuse('fieldPath must not contain line breaks')
  if (!leadsToField(fieldPath, schema)) refuse('fieldPath must be a valid path')
  return errors
}

function leadsToField(path: string, schema: StructuralSchema): boolean {
  try {
    findField(path, schema)
    return true
  } catch {
    return false
  }
}
