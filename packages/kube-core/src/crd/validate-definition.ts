import type { FieldError } from '../field-error.ts'
import { goStrings } from '../go-syntax.ts'
import { invalid, required } from '../schema/schema-path.ts'
import { apiApproval, approvalAnnotation } from './api-approval.ts'
import type { CustomResourceDefinitionObject } from './custom-resource-definition.ts'
import { checkNames } from './validate-names.ts'
import { checkSpec } from './validate-spec.ts'

/**
 * Why the API server refuses a definition; none when it accepts it. Takes a definition that went
 * through `defaultCustomResourceDefinition`. Includes the structural check, the rules of the
 * schemas and what they may cost, not the general rules for metadata. The status is checked if there
 * is one. Pass the stored definition as `old` on update. As ValidateCustomResourceDefinition in Kubernetes' apiextensions-apiserver.
 */
export function validateCustomResourceDefinition(
  definition: CustomResourceDefinitionObject,
  old?: CustomResourceDefinitionObject,
): FieldError[] {
  return [
    ...(old === undefined ? checkName(definition) : []),
    ...checkSpec(definition.spec, old?.spec),
    ...(old === undefined ? [] : checkUnchangeable(definition, old)),
    ...validateCustomResourceDefinitionStatus(definition),
    ...(definition.status ? checkStoredVersions(definition) : []),
    ...checkApproval(definition, old),
    ...(definition.spec.preserveUnknownFields ? [preserveUnknownFields()] : []),
  ]
}

/** What is wrong with the status of a definition, as when its status alone is written. */
export function validateCustomResourceDefinitionStatus(
  definition: CustomResourceDefinitionObject,
): FieldError[] {
  return checkNames(definition.status?.acceptedNames ?? {}, 'status.acceptedNames')
}

/** Fields that decide what is stored where. */
function checkUnchangeable(
  { spec }: CustomResourceDefinitionObject,
  old: CustomResourceDefinitionObject,
): FieldError[] {
  const fixed: [field: string, value: unknown, before: unknown][] = []
  if (isEstablished(old)) {
    fixed.push(
      ['spec.scope', spec.scope, old.spec.scope],
      ['spec.names.kind', spec.names.kind, old.spec.names.kind],
    )
  }
  fixed.push(
    ['spec.group', spec.group, old.spec.group],
    ['spec.names.plural', spec.names.plural, old.spec.names.plural],
  )
  return fixed
    .filter(([, value, before]) => value !== before)
    .map(([field, value]) => invalid(field, value, 'field is immutable'))
}

function isEstablished({ status }: CustomResourceDefinitionObject): boolean {
  return (status?.conditions ?? []).some(
    (condition) => condition.type === 'Established' && condition.status === 'True',
  )
}

function checkName({ metadata, spec }: CustomResourceDefinitionObject): FieldError[] {
  const expected = `${spec.names?.plural ?? ''}.${spec.group ?? ''}`
  if (!metadata.name || metadata.name === expected) return []
  return [invalid('metadata.name', metadata.name, 'must be spec.names.plural+"."+spec.group')]
}

function checkStoredVersions({ spec, status }: CustomResourceDefinitionObject): FieldError[] {
  const field = 'status.storedVersions'
  const stored = status?.storedVersions ?? []
  if (stored.length === 0) {
    const badValue = status?.storedVersions ? goStrings([]) : goStrings(undefined)
    return [invalid(field, badValue, 'must have at least one stored version')]
  }
  const versions = spec.versions ?? []
  return [
    ...versions
      .filter(({ name, storage }) => storage && !stored.includes(name))
      .map(({ name }) =>
        invalid(field, goStrings(stored), `must have the storage version ${name}`),
      ),
    ...stored.flatMap((name, index) =>
      versions.some((version) => version.name === name)
        ? []
        : [invalid(`${field}[${index}]`, name, 'must appear in spec.versions')],
    ),
  ]
}

/**
 * Groups of the Kubernetes project must link to their API approval or declare that they have none.
 * Nothing is said of what was so before.
 */
function checkApproval(
  definition: CustomResourceDefinitionObject,
  old: CustomResourceDefinitionObject | undefined,
): FieldError[] {
  const approval = apiApproval(definition)
  if (approval === undefined) return []
  if (old !== undefined && apiApproval(old)?.state === approval.state) return []
  const { state, reason } = approval
  const field = `metadata.annotations[${approvalAnnotation}]`
  if (state === 'missing') return [required(field, reason)]
  if (state !== 'invalid') return []
  return [invalid(field, definition.metadata.annotations?.[approvalAnnotation], reason)]
}

function preserveUnknownFields(): FieldError {
  const detail =
    'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead'
  return invalid('spec.preserveUnknownFields', true, detail)
}
