import { append, numberOrUndefined } from '@fairlead/base'
import type { FieldError } from '../field-error.ts'
import { goQuote } from '../go-quote.ts'
import { GoSyntax, goStrings } from '../go-syntax.ts'
import type { ObjectMeta, OwnerReference } from '../object.ts'
import { parseApiVersion } from '../resource-type.ts'
import { validateManagedFields } from './validate-managed-fields.ts'
import {
  checkDns1035Label,
  checkDnsLabel,
  checkDnsSubdomain,
  checkLabelKey,
  checkLabelValue,
  checkPathSegment,
  checkPathSegmentPrefix,
} from './names.ts'

/** The form that names of a kind must have. */
export type NameRule = 'subdomain' | 'label' | 'label-1035' | 'path-segment'

export interface ObjectMetaRules {
  namespaced: boolean
  /** Defaults to `subdomain`, as for custom resources. */
  nameRule?: NameRule
  /** Whether finalizers without a domain must be Kubernetes' own, as of most built-in kinds. */
  standardFinalizers?: boolean
}

/** The finalizers with which the garbage collector orphans or deletes dependents. */
export const orphanFinalizer = 'orphan'
export const foregroundDeletionFinalizer = 'foregroundDeletion'

const annotationBytesMax = 256 * 1024

/** Validates the metadata of a new object, in the API server's wording and order. */
export function validateObjectMeta(meta: ObjectMeta, rules: ObjectMetaRules): FieldError[] {
  return [
    ...validateName(meta, rules.nameRule ?? 'subdomain'),
    ...validateNamespace(meta.namespace ?? '', rules.namespaced),
    ...validateGeneration(meta.generation ?? 0),
    ...validateLabels(meta.labels ?? {}, 'metadata.labels'),
    ...validateAnnotations(meta.annotations ?? {}),
    ...validateOwnerReferences(meta.ownerReferences ?? []),
    ...validateFinalizers(meta.finalizers ?? []),
    ...validateManagedFields(meta.managedFields ?? []),
    ...(rules.standardFinalizers ? validateStandardFinalizers(meta.finalizers ?? []) : []),
  ]
}

/**
 * Validates the metadata of an update against the stored one, in the API server's wording (as
 * ValidateObjectMetaAccessorUpdate in apimachinery); what does not depend on the stored one is
 * left to `validateObjectMeta`.
 * @param rules `standardFinalizers` as of `validateObjectMeta`
 */
export function validateObjectMetaUpdate(
  meta: ObjectMeta,
  old: ObjectMeta,
  rules: Pick<ObjectMetaRules, 'standardFinalizers'> = {},
): FieldError[] {
  return [
    ...validateNoNewFinalizers(meta, old),
    ...(meta.resourceVersion
      ? []
      : [invalid('metadata.resourceVersion', '', 'must be specified for an update')]),
    ...((meta.generation ?? 0) < (old.generation ?? 0)
      ? [invalid('metadata.generation', meta.generation ?? 0, 'must not be decremented')]
      : []),
    ...immutableFields.flatMap((field) => validateImmutable(field, meta[field], old[field])),
    ...validateLabels(meta.labels ?? {}, 'metadata.labels'),
    ...validateAnnotations(meta.annotations ?? {}),
    ...validateOwnerReferences(meta.ownerReferences ?? []),
    ...validateManagedFields(meta.managedFields ?? []),
    ...(rules.standardFinalizers ? validateStandardFinalizers(meta.finalizers ?? []) : []),
  ]
}

const immutableFields = [
  'name',
  'namespace',
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
] as const

function validateImmutable(field: string, value: unknown, old: unknown): FieldError[] {
  if ((value ?? '') === (old ?? '')) return []
  return [invalid(`metadata.${field}`, value ?? null, 'field is immutable')]
}

/** The name validation of a kind; `prefix` is for a `generateName`, which gets a suffix. */
export function checkName(value: string, rule: NameRule, prefix = false): string[] {
  switch (rule) {
    case 'subdomain':
      return checkDnsSubdomain(prefix ? maskTrailingDash(value) : value)
    case 'label':
      return checkDnsLabel(prefix ? maskTrailingDash(value) : value)
    case 'label-1035':
      return checkDns1035Label(prefix ? maskTrailingDash(value) : value)
    case 'path-segment':
      return prefix ? checkPathSegmentPrefix(value) : checkPathSegment(value)
  }
}

/** A trailing dash is allowed because a suffix follows. */
function maskTrailingDash(prefix: string): string {
  return prefix.length > 1 && prefix.endsWith('-') ? prefix.slice(0, -2) + 'a' : prefix
}

function validateName(meta: ObjectMeta, rule: NameRule): FieldError[] {
  const { name = '', generateName = '' } = meta
  const prefixProblems = generateName === '' ? [] : checkName(generateName, rule, true)
  const found = prefixProblems.map((problem) =>
    invalid('metadata.generateName', generateName, problem),
  )
  if (name === '') {
    const detail = 'name or generateName is required'
    return [...found, { type: 'Required', field: 'metadata.name', detail }]
  }
  const problems = checkName(name, rule)
  return [...found, ...problems.map((problem) => invalid('metadata.name', name, problem))]
}

function validateNamespace(namespace: string, namespaced: boolean): FieldError[] {
  const field = 'metadata.namespace'
  if (!namespaced) {
    if (namespace === '') return []
    return [{ type: 'Forbidden', field, detail: 'not allowed on this type' }]
  }
  if (namespace === '') return [{ type: 'Required', field, detail: '' }]
  return checkDnsLabel(namespace).map((problem) => invalid(field, namespace, problem))
}

/** @param generation of 64 bits, so that it may be in its own spelling */
function validateGeneration(generation: unknown): FieldError[] {
  if ((numberOrUndefined(generation) ?? 0) >= 0) return []
  return [invalid('metadata.generation', generation, 'must be greater than or equal to 0')]
}

/** Validates label keys and values at a path, which may also be that of a selector. */
export function validateLabels(
  labels: Readonly<Record<string, string>>,
  field: string,
): FieldError[] {
  return Object.entries(labels).flatMap(([key, value]) => [
    ...checkLabelKey(key).map((problem) => invalid(field, key, problem)),
    ...checkLabelValue(value).map((problem) => invalid(field, value, problem)),
  ])
}

/** Validates annotations at a path, which may also be that of a template. */
export function validateAnnotations(
  annotations: Readonly<Record<string, string>>,
  field = 'metadata.annotations',
): FieldError[] {
  const found = Object.keys(annotations).flatMap((key) =>
    checkLabelKey(key.toLowerCase()).map((problem) => invalid(field, key, problem)),
  )
  let bytes = 0
  for (const [key, value] of Object.entries(annotations)) {
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value)
  }
  if (bytes > annotationBytesMax) {
    const detail = `may not be more than ${annotationBytesMax} bytes`
    found.push({ type: 'TooLong', field, detail })
  }
  return found
}

function validateOwnerReferences(references: readonly OwnerReference[]): FieldError[] {
  const field = 'metadata.ownerReferences'
  const found: FieldError[] = []
  let controller: string | undefined
  for (const owner of references) {
    append(found, validateOwner(owner, field))
    if (owner.controller !== true) continue
    const name = `${owner.kind}/${owner.name}`
    if (controller !== undefined) {
      const detail =
        'Only one reference can have Controller set to true. Found "true" in references for ' +
        `${controller} and ${name}`
      const shown = `[]v1.OwnerReference{${references.map(goOwner).join(', ')}}`
      found.push(invalid(field, new GoSyntax(shown), detail))
    }
    controller ??= name
  }
  return found
}

function validateOwner(owner: OwnerReference, field: string): FieldError[] {
  const apiVersion = owner.apiVersion ?? ''
  const isVersion = apiVersion.split('/').length <= 2
  const { group, version } = parseApiVersion(isVersion ? apiVersion : '')
  const found: FieldError[] = []
  const check = (part: 'kind' | 'name' | 'uid'): void => {
    if (!owner[part]) found.push(invalid(`${field}.${part}`, '', `${part} must not be empty`))
  }
  if (version === '') {
    found.push(invalid(`${field}.apiVersion`, apiVersion, 'version must not be empty'))
  }
  check('kind')
  check('name')
  check('uid')
  if (group === '' && version === 'v1' && owner.kind === 'Event') {
    found.push(
      invalid(
        field,
        new GoSyntax(goOwner(owner)),
        '/v1, Kind=Event is disallowed from being an owner',
      ),
    )
  }
  return found
}

/** An owner in Go's syntax, in which a pointer shows its address and not its value. */
function goOwner(owner: Partial<OwnerReference>): string {
  const { apiVersion = '', kind = '', name = '', uid = '' } = owner
  const pointer = (value: unknown): string =>
    `(*bool)(${value === undefined || value === null ? 'nil' : '0xc000000000'})`
  return (
    `v1.OwnerReference{APIVersion:${goQuote(apiVersion)}, Kind:${goQuote(kind)}, ` +
    `Name:${goQuote(name)}, UID:${goQuote(uid)}, Controller:${pointer(owner.controller)}, ` +
    `BlockOwnerDeletion:${pointer(owner.blockOwnerDeletion)}}`
  )
}

function validateFinalizers(finalizers: readonly string[]): FieldError[] {
  const field = 'metadata.finalizers'
  const found = finalizers.flatMap((finalizer) =>
    checkLabelKey(finalizer).map((problem) => invalid(field, finalizer, problem)),
  )
  if (finalizers.includes(orphanFinalizer) && finalizers.includes(foregroundDeletionFinalizer)) {
    const detail = `finalizer ${orphanFinalizer} and ${foregroundDeletionFinalizer} cannot be both set`
    found.push(invalid(field, goStrings(finalizers), detail))
  }
  return found
}

/** As validateKubeFinalizerName in Kubernetes' core validation. */
function validateStandardFinalizers(finalizers: readonly string[]): FieldError[] {
  const standard = [orphanFinalizer, foregroundDeletionFinalizer, 'kubernetes']
  const detail = 'name is neither a standard finalizer name nor is it fully qualified'
  return finalizers.flatMap((finalizer, index) =>
    finalizer.includes('/') || standard.includes(finalizer)
      ? []
      : [invalid(`metadata.finalizers[${index}]`, finalizer, detail)],
  )
}

function validateNoNewFinalizers(meta: ObjectMeta, old: ObjectMeta): FieldError[] {
  if (old.deletionTimestamp === undefined) return []
  const before = new Set(old.finalizers)
  const added = new Set((meta.finalizers ?? []).filter((finalizer) => !before.has(finalizer)))
  if (added.size === 0) return []
  const list = [...added].toSorted().map(goQuote).join(', ')
  const detail =
    'no new finalizers can be added if the object is being deleted, found new finalizers ' +
    `[]string{${list}}`
  return [{ type: 'Forbidden', field: 'metadata.finalizers', detail }]
}

function invalid(field: string, badValue: unknown, detail: string): FieldError {
  return { type: 'Invalid', field, badValue, detail }
}
