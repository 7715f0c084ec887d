import { compileRules } from '../cel/compile-rules.ts'
import { deepEqual } from '../deep-equal.ts'
import { supportedValues, type FieldError } from '../field-error.ts'
import { checkDns1035Label, checkDnsSubdomain } from '../metadata/names.ts'
import { applyDefaults } from '../schema/defaults.ts'
import { checkStructural } from '../schema/check-structural.ts'
import { pruneUnknownFields } from '../schema/prune.ts'
import type { StructuralSchema } from '../schema/structural-schema.ts'
import { validateSchema } from '../schema/validate.ts'
import type {
  CustomResourceDefinitionObject,
  CustomResourceNames,
  CustomResourceVersion,
  PrinterColumn,
} from './custom-resource-definition.ts'

type Spec = CustomResourceDefinitionObject['spec']

const selectableFieldsMax = 8

/**
 * Why the API server refuses a definition; none when it accepts it. Takes a definition that went
 * through `defaultCustomResourceDefinition`. Includes the structural check and the rules of the
 * schemas, not the general rules for metadata.
 */
export function validateCustomResourceDefinition(
  definition: CustomResourceDefinitionObject,
): FieldError[] {
  const { spec } = definition
  return [
    ...checkName(definition),
    ...checkGroup(spec.group),
    ...checkApproval(definition),
    ...checkScope(spec.scope),
    ...checkVersions(spec),
    ...checkNames(spec.names),
    ...checkConversion(spec),
    ...(spec.preserveUnknownFields ? [preserveUnknownFields()] : []),
  ]
}

/** Why the API server refuses to replace one definition by another, besides the new one's errors. */
export function validateCustomResourceDefinitionUpdate(
  definition: CustomResourceDefinitionObject,
  old: CustomResourceDefinitionObject,
  options: { established: boolean },
): FieldError[] {
  const unchangeable: [string, unknown, unknown][] = [
    ['spec.group', definition.spec.group, old.spec.group],
    ['spec.names.plural', definition.spec.names.plural, old.spec.names.plural],
  ]
  if (options.established) {
    unchangeable.push(
      ['spec.scope', definition.spec.scope, old.spec.scope],
      ['spec.names.kind', definition.spec.names.kind, old.spec.names.kind],
    )
  }
  return unchangeable
    .filter(([, value, before]) => value !== before)
    .map(([field, value]) => invalid(field, value, 'field is immutable'))
}

function checkName({ metadata, spec }: CustomResourceDefinitionObject): FieldError[] {
  const expected = `${spec.names.plural}.${spec.group}`
  if (metadata.name === expected) return []
  const detail = 'must be spec.names.plural+"."+spec.group'
  return [invalid('metadata.name', metadata.name ?? '', detail)]
}

function checkGroup(group: string): FieldError[] {
  const field = 'spec.group'
  if (!group) return [required(field)]
  const problems = checkDnsSubdomain(group)
  if (problems.length > 0) return [invalid(field, group, problems.join(','))]
  if (group.includes('.')) return []
  return [invalid(field, group, 'should be a domain with at least one dot')]
}

const approval = 'api-approved.kubernetes.io'

/** Groups of the Kubernetes project must link to their API approval or declare that they have none. */
function checkApproval({ metadata, spec }: CustomResourceDefinitionObject): FieldError[] {
  if (!/(?:^|\.)(?:k8s|kubernetes)\.io$/.test(spec.group)) return []
  const value = metadata.annotations?.[approval]
  const field = `metadata.annotations[${approval}]`
  if (!value) {
    const detail = `protected groups must have approval annotation "${approval}", see https://github.com/kubernetes/enhancements/pull/1111`
    return [required(field, detail)]
  }
  if (value.startsWith('unapproved') || /^https?:\/\/[^\s/]+/.test(value)) return []
  const detail = `protected groups must have approval annotation "${approval}" with either a URL or a reason starting with "unapproved", see https://github.com/kubernetes/enhancements/pull/1111`
  return [invalid(field, value, detail)]
}

function checkScope(scope: string): FieldError[] {
  const field = 'spec.scope'
  if (!scope) return [required(field)]
  const scopes = ['Cluster', 'Namespaced']
  if (scopes.includes(scope)) return []
  return [{ type: 'Unsupported', field, badValue: scope, detail: supportedValues(scopes) }]
}

function checkVersions(spec: Spec): FieldError[] {
  const versions = spec.versions ?? []
  const errors: FieldError[] = []
  const field = 'spec.versions'
  const names = versions.map((version) => version.name)
  if (new Set(names).size < names.length) {
    errors.push(invalid(field, versions, 'must contain unique version names'))
  }
  if (versions.filter((version) => version.storage).length !== 1) {
    errors.push(invalid(field, versions, 'must have exactly one version marked as storage version'))
  }
  for (const [index, version] of versions.entries()) {
    const problems = checkDns1035Label(version.name)
    if (problems.length > 0) {
      errors.push(invalid(`${field}[${index}].name`, version.name, problems.join(',')))
    }
    errors.push(...checkVersion(version, `${field}[${index}]`))
  }
  return [...errors, ...checkSchemas(versions)]
}

function checkVersion(version: CustomResourceVersion, path: string): FieldError[] {
  const errors: FieldError[] = []
  const columns = version.additionalPrinterColumns ?? []
  for (const [index, column] of columns.entries()) {
    errors.push(...checkColumn(column, `${path}.additionalPrinterColumns[${index}]`))
  }
  const fields = version.selectableFields ?? []
  if (fields.length > selectableFieldsMax) {
    const detail = `must have at most ${selectableFieldsMax} items`
    const field = `${path}.selectableFields`
    errors.push({ type: 'TooMany', field, badValue: fields.length, detail })
  }
  const scale = version.subresources?.scale
  if (scale) {
    errors.push(
      ...checkScalePath(
        scale.specReplicasPath,
        '.spec.',
        `${path}.subresources.scale.specReplicasPath`,
      ),
    )
    errors.push(
      ...checkScalePath(
        scale.statusReplicasPath,
        '.status.',
        `${path}.subresources.scale.statusReplicasPath`,
      ),
    )
  }
  return errors
}

function checkScalePath(jsonPath: string, prefix: string, field: string): FieldError[] {
  if (!jsonPath) return [required(field)]
  if (jsonPath.startsWith(prefix)) return []
  return [invalid(field, jsonPath, `should be a json path under ${prefix.slice(0, -1)}`)]
}

const columnTypes = ['boolean', 'date', 'integer', 'number', 'string']
const columnFormats = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password']

function checkColumn(column: PrinterColumn, path: string): FieldError[] {
  const errors: FieldError[] = []
  if (!column.name) errors.push(required(`${path}.name`))
  if (!column.type) errors.push(required(`${path}.type`))
  else if (!columnTypes.includes(column.type)) {
    const detail = `must be one of ${columnTypes.join(',')}`
    errors.push(invalid(`${path}.type`, column.type, detail))
  }
  if (column.format && !columnFormats.includes(column.format)) {
    const detail = `must be one of ${columnFormats.join(',')}`
    errors.push(invalid(`${path}.format`, column.format, detail))
  }
  if (!column.jsonPath) errors.push(required(`${path}.jsonPath`))
  else if (!/^[.[]/.test(column.jsonPath) || !balanced(column.jsonPath)) {
    const detail = 'must be a simple json path'
    errors.push(invalid(`${path}.jsonPath`, column.jsonPath, detail))
  }
  return errors
}

function balanced(jsonPath: string): boolean {
  let depth = 0
  for (const character of jsonPath.replace(/'[^']*'|"[^"]*"/g, '')) {
    if ('[('.includes(character)) depth += 1
    if ('])'.includes(character)) depth -= 1
    if (depth < 0) return false
  }
  return depth === 0
}

/** When all versions have the same schema, the API server reports `spec.validation`. */
function checkSchemas(versions: readonly CustomResourceVersion[]): FieldError[] {
  const [first] = versions
  const same = versions.every((version) => deepEqual(version.schema, first?.schema))
  const places = same ? versions.slice(0, 1) : versions
  return places.flatMap((version, index) => {
    const path = same ? 'spec.validation' : `spec.versions[${index}].schema`
    const schema = version.schema?.openAPIV3Schema
    if (schema === undefined) {
      return [required(`spec.versions[${index}].schema.openAPIV3Schema`, 'schemas are required')]
    }
    return checkSchema(schema, `${path}.openAPIV3Schema`)
  })
}

function checkSchema(schema: StructuralSchema, path: string): FieldError[] {
  const structural = checkStructural(schema)
  const errors =
    structural.length > 0
      ? structural
      : [...compileRules(schema).errors, ...checkDefaults(schema, '')]
  return errors.map((error) => ({
    ...error,
    field: error.field === '' ? path : `${path}.${error.field}`,
  }))
}

/** A default must be valid and may contain only declared fields. */
function checkDefaults(schema: StructuralSchema, path: string): FieldError[] {
  const errors: FieldError[] = []
  if (schema.default !== undefined) {
    const field = path === '' ? 'default' : `${path}.default`
    const pruned = pruneDefault(schema)
    if (pruned.length > 0) {
      errors.push(invalid(field, schema.default, 'must not have unknown fields'))
    } else
      errors.push(...validateSchema(applyDefaults(schema.default, schema), schema, { path: field }))
  }
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    errors.push(...checkDefaults(property, child(path, `properties[${name}]`)))
  }
  if (schema.items) errors.push(...checkDefaults(schema.items, child(path, 'items')))
  if (typeof schema.additionalProperties === 'object') {
    errors.push(...checkDefaults(schema.additionalProperties, child(path, 'additionalProperties')))
  }
  return errors
}

function pruneDefault(schema: StructuralSchema): string[] {
  const wrapped: StructuralSchema = { type: 'object', properties: { value: schema } }
  return pruneUnknownFields({ value: schema.default }, wrapped).pruned
}

function checkNames(names: CustomResourceNames): FieldError[] {
  const errors: FieldError[] = []
  const { plural, singular, kind, listKind, shortNames, categories } = names
  const label = (name: string, value: string, prefix = '') => {
    const problems =
      value === '' ? [] : checkDns1035Label(prefix === '' ? value : value.toLowerCase())
    if (problems.length > 0) {
      errors.push(invalid(`spec.names.${name}`, value, prefix + problems.join(',')))
    }
  }
  for (const [name, value] of Object.entries({ plural, singular, kind, listKind })) {
    if (!value) errors.push(required(`spec.names.${name}`))
  }
  const mixedCase = 'may have mixed case, but should otherwise match: '
  label('plural', plural ?? '')
  label('singular', singular ?? '')
  label('kind', kind ?? '', mixedCase)
  label('listKind', listKind ?? '', mixedCase)
  for (const [index, name] of (shortNames ?? []).entries()) label(`shortNames[${index}]`, name)
  for (const [index, name] of (categories ?? []).entries()) label(`categories[${index}]`, name)
  if (kind && kind === listKind) {
    const detail = 'kind and listKind may not be the same'
    errors.push(invalid('spec.names.listKind', listKind, detail))
  }
  return errors
}

function checkConversion({ conversion }: Spec): FieldError[] {
  if (!conversion) return []
  const path = 'spec.conversion'
  const strategies = ['None', 'Webhook']
  if (!strategies.includes(conversion.strategy)) {
    const detail = supportedValues(strategies)
    const field = `${path}.strategy`
    return [{ type: 'Unsupported', field, badValue: conversion.strategy, detail }]
  }
  const { webhook } = conversion
  if (conversion.strategy === 'None') {
    const detail = 'should not be set when strategy is not set to Webhook'
    return webhook ? [{ type: 'Forbidden', field: `${path}.webhook`, detail }] : []
  }
  if (!webhook?.clientConfig) {
    return [required(`${path}.webhookClientConfig`, 'required when strategy is set to Webhook')]
  }
  const { url, service } = webhook.clientConfig
  if (Boolean(url) !== Boolean(service)) return []
  const detail = 'exactly one of url or service is required'
  return [required(`${path}.webhookClientConfig`, detail)]
}

function preserveUnknownFields(): FieldError {
  const field = 'spec.preserveUnknownFields'
  return invalid(field, true, 'must be false')
}

function child(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}

function required(field: string, detail = ''): FieldError {
  return { type: 'Required', field, detail }
}

function invalid(field: string, badValue: unknown, detail: string): FieldError {
  return { type: 'Invalid', field, badValue, detail }
}
