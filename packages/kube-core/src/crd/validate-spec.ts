import { deepEqual } from '../deep-equal.ts'
import { supportedValues, type FieldError } from '../field-error.ts'
import { checkDns1035Label, checkDnsSubdomain } from '../metadata/names.ts'
import { invalid, required } from '../schema/schema-path.ts'
import type {
  CustomResourceDefinitionObject,
  CustomResourceVersion,
} from './custom-resource-definition.ts'
import { goVersions } from './go-versions.ts'
import { shareFields, type SharedSpec } from './shared-fields.ts'
import { checkColumns, checkSelectableFields, checkSubresources } from './validate-columns.ts'
import { checkConversion } from './validate-conversion.ts'
import { checkDeprecation } from './validate-deprecation.ts'
import { checkNames, checkRequiredNames } from './validate-names.ts'
import { checkVersionSchema } from './validate-version-schema.ts'

type Spec = CustomResourceDefinitionObject['spec']

/** As validateCustomResourceDefinitionSpec in Kubernetes' apiextensions-apiserver. */
export function checkSpec(spec: Spec, old: Spec | undefined): FieldError[] {
  const sharedSpec = shareFields(spec)
  return [
    ...checkGroup(spec.group),
    ...checkScope(spec.scope),
    ...checkSchemasGiven(sharedSpec),
    ...checkVersions(spec, sharedSpec, old),
    ...checkVersionNames(spec, sharedSpec),
    ...checkRequiredNames(spec.names ?? {}, 'spec.names'),
    ...checkNames(spec.names ?? {}, 'spec.names'),
    ...checkShared(sharedSpec, keepsSchemas(spec, old, spec.versions?.[0]?.name)),
    ...checkConversion(spec.conversion, 'spec.conversion'),
  ]
}

function checkGroup(group: string): FieldError[] {
  const field = 'spec.group'
  if (!group) return [required(field)]
  const problems = checkDnsSubdomain(group)
  if (problems.length > 0) return [invalid(field, group, problems.join(','))]
  if (group.includes('.')) return []
  return [invalid(field, group, 'should be a domain with at least one dot')]
}

function checkScope(scope: string): FieldError[] {
  const field = 'spec.scope'
  if (!scope) return [required(field)]
  const scopes = ['Cluster', 'Namespaced']
  if (scopes.includes(scope)) return []
  return [{ type: 'Unsupported', field, badValue: scope, detail: supportedValues(scopes) }]
}

function checkSchemasGiven({ shared, versions }: SharedSpec): FieldError[] {
  if (shared.schema?.openAPIV3Schema) return []
  return versions.flatMap(({ schema }, index) => {
    if (schema?.openAPIV3Schema) return []
    const field = `spec.versions[${index}].schema.openAPIV3Schema`
    return [required(field, 'schemas are required')]
  })
}

function checkVersions(spec: Spec, shared: SharedSpec, old: Spec | undefined): FieldError[] {
  const apart = shared.versions.some(({ subresources }) => subresources)
  return shared.versions.flatMap((version, index) => {
    const path = `spec.versions[${index}]`
    const { subresources } = apart ? version : shared.shared
    const problems = checkDns1035Label(version.name ?? '')
    const nameErrors =
      problems.length > 0 ? [invalid(`${path}.name`, version.name, problems.join(','))] : []
    return [
      ...nameErrors,
      ...checkDeprecation(version, `${path}.deprecationWarning`),
      ...checkVersionSchema(version.schema, `${path}.schema`, {
        hasStatus: Boolean(subresources?.status),
        isUnchanged: keepsSchemas(spec, old, version.name),
      }),
      ...checkSubresources(version.subresources, `${path}.subresources`),
      ...checkColumns(version.additionalPrinterColumns, `${path}.additionalPrinterColumns`),
      ...checkVersionFields(version, path),
    ]
  })
}

function checkVersionFields(version: CustomResourceVersion, path: string): FieldError[] {
  const { selectableFields, schema } = version
  if (!selectableFields?.length) return []
  if (!schema?.openAPIV3Schema) {
    const detail =
      'selectableFields may only be set when version.schema.openAPIV3Schema is not included'
    return [invalid(`${path}.selectableFields`, '', detail)]
  }
  return checkSelectableFields(selectableFields, schema.openAPIV3Schema, `${path}.selectableFields`)
}

function checkVersionNames(spec: Spec, { versions }: SharedSpec): FieldError[] {
  const errors: FieldError[] = []
  const field = 'spec.versions'
  const badValue = goVersions(spec.versions && versions)
  const names = versions.map((version) => version.name)
  if (new Set(names).size < names.length) {
    errors.push(invalid(field, badValue, 'must contain unique version names'))
  }
  if (versions.filter((version) => version.storage).length !== 1) {
    const detail = 'must have exactly one version marked as storage version'
    errors.push(invalid(field, badValue, detail))
  }
  const [first] = names
  const problems = first ? checkDns1035Label(first) : []
  if (problems.length > 0) errors.push(invalid('spec.version', first, problems.join(',')))
  return errors
}

function checkShared({ shared, versions }: SharedSpec, isUnchanged: boolean): FieldError[] {
  const { schema, subresources, additionalPrinterColumns, selectableFields } = shared
  const hasStatus = [shared, ...versions].some((each) => Boolean(each.subresources?.status))
  return [
    ...checkVersionSchema(schema, 'spec.validation', { hasStatus, isUnchanged }),
    ...checkSubresources(subresources, 'spec.subresources'),
    ...checkColumns(additionalPrinterColumns, 'spec.additionalPrinterColumns'),
    ...(selectableFields?.length
      ? checkSharedFields(selectableFields, schema, 'spec.selectableFields')
      : []),
  ]
}

function checkSharedFields(
  fields: readonly { jsonPath: string }[],
  schema: CustomResourceVersion['schema'],
  path: string,
): FieldError[] {
  if (!schema) {
    const detail = 'selectableFields may only be set when validations.schema is included'
    return [invalid(path, '', detail)]
  }
  return checkSelectableFields(fields, schema.openAPIV3Schema ?? {}, path)
}

/** Whether the schema of a version is as it was: its rules' costs are then not judged again. */
function keepsSchemas(spec: Spec, old: Spec | undefined, name: string | undefined): boolean {
  const schemaOf = ({ versions }: Spec) => versions?.find((each) => each.name === name)?.schema
  return old !== undefined && deepEqual(schemaOf(spec), schemaOf(old))
}
