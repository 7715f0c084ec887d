import { goQuote } from '../go-quote.ts'
import { GoSyntax } from '../go-syntax.ts'
import type { ValidationRule } from '../schema/structural-schema.ts'
import type { CustomResourceVersion, PrinterColumn } from './custom-resource-definition.ts'

/** The address that stands for any: what is printed of a pointer differs from run to run. */
const address = '0xc000000000'

/** The versions of a definition in Go's notation, as messages show them. */
export function goVersions(
  versions: readonly CustomResourceVersion[] | undefined | null,
): GoSyntax {
  return new GoSyntax(list('CustomResourceDefinitionVersion', versions ?? undefined, version))
}

function version(each: CustomResourceVersion): string {
  return struct('CustomResourceDefinitionVersion', [
    ['Name', goQuote(each.name ?? '')],
    ['Served', String(each.served ?? false)],
    ['Storage', String(each.storage ?? false)],
    ['Deprecated', String(each.deprecated ?? false)],
    ['DeprecationWarning', pointer('string', each.deprecationWarning)],
    ['Schema', pointer('apiextensions.CustomResourceValidation', each.schema)],
    ['Subresources', pointer('apiextensions.CustomResourceSubresources', each.subresources)],
    [
      'AdditionalPrinterColumns',
      list('CustomResourceColumnDefinition', each.additionalPrinterColumns, column),
    ],
    [
      'SelectableFields',
      list('SelectableField', each.selectableFields, ({ jsonPath }) =>
        struct('SelectableField', [['JSONPath', goQuote(jsonPath)]]),
      ),
    ],
  ])
}

function column(each: PrinterColumn): string {
  return struct('CustomResourceColumnDefinition', [
    ['Name', goQuote(each.name ?? '')],
    ['Type', goQuote(each.type ?? '')],
    ['Format', goQuote(each.format ?? '')],
    ['Description', goQuote(each.description ?? '')],
    ['Priority', String(each.priority ?? 0)],
    ['JSONPath', goQuote(each.jsonPath ?? '')],
  ])
}

/** A rule in Go's notation. */
export function goRule(rule: ValidationRule): GoSyntax {
  const { reason, optionalOldSelf } = rule
  return new GoSyntax(
    struct('ValidationRule', [
      ['Rule', goQuote(rule.rule)],
      ['Message', goQuote(rule.message ?? '')],
      ['MessageExpression', goQuote(rule.messageExpression ?? '')],
      ['Reason', pointer('apiextensions.FieldValueErrorReason', reason)],
      ['FieldPath', goQuote(rule.fieldPath ?? '')],
      ['OptionalOldSelf', pointer('bool', optionalOldSelf)],
    ]),
  )
}

function struct(name: string, fields: readonly (readonly [string, string])[]): string {
  return `apiextensions.${name}{${fields.map(([field, value]) => `${field}:${value}`).join(', ')}}`
}

function pointer(type: string, value: unknown): string {
  return value === undefined || value === null ? `(*${type})(nil)` : `(*${type})(${address})`
}

function list<T>(
  type: string,
  values: readonly T[] | undefined,
  print: (value: T) => string,
): string {
  if (values === undefined) return `[]apiextensions.${type}(nil)`
  return `[]apiextensions.${type}{${values.map(print).join(', ')}}`
}
