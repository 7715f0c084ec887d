import type { FieldError } from '../field-error.ts'
import { goStrings } from '../go-syntax.ts'
import { invalid, required } from '../schema/schema-path.ts'
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

const approval = 'api-approved.kubernetes.io'
const approvalIntroduction = `protected groups must have approval annotation "${approval}"`
const approvalReference = 'see https://github.com/kubernetes/enhancements/pull/1111'

type Approval = 'missing' | 'bypassed' | 'approved' | 'invalid'

/**
 * Groups of the Kubernetes project must link to their API approval or declare that they have none.
 * Nothing is said of what was so before.
 */
function checkApproval(
  { metadata, spec }: CustomResourceDefinitionObject,
  old: CustomResourceDefinitionObject | undefined,
): FieldError[] {
  if (!/(?:^|\.)(?:k8s|kubernetes)\.io$/.test(spec.group ?? '')) return []
  const value = metadata.annotations?.[approval] ?? ''
  const state = approvalOf(value)
  if (old !== undefined && approvalOf(old.metadata.annotations?.[approval] ?? '') === state) {
    return []
  }
  const field = `metadata.annotations[${approval}]`
  if (state === 'missing') return [required(field, `${approvalIntroduction}, ${approvalReference}`)]
  if (state !== 'invalid') return []
  const forms = 'with either a URL or a reason starting with "unapproved"'
  return [invalid(field, value, `${approvalIntroduction} ${forms}, ${approvalReference}`)]
}

function approvalOf(value: string): Approval {
  if (value === '') return 'missing'
  if (value.startsWith('unapproved')) return 'bypassed'
  return /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^\s/]+/.test(value) ? 'approved' : 'invalid'
}

function preserveUnknownFields(): FieldError {
  const detail =
    'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead'
  return invalid('spec.preserveUnknownFields', true, detail)
}
