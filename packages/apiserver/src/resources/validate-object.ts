import {
  errors,
  evaluateRules,
  fieldErrorMessage,
  parseApiVersion,
  qualifiedKind,
  validateObjectMeta,
  validateObjectMetaUpdate,
  type FieldError,
  type KubernetesObject,
  type RuleSet,
} from '@fairlead/kube-core'

import { judgesMetadataLast, metadataChecksOf } from '../definitions/metadata-checks.ts'
import { resourceName, type ResourceDefinition } from '../definitions/resource-definition.ts'
import { asGiven } from './given-empty.ts'
import { validateScaleSpec, validateScaleStatus } from './validate-scale.ts'

const rulesNotChecked: FieldError = {
  type: 'Invalid',
  field: '<nil>',
  badValue: 'null',
  detail:
    'some validation rules were not checked because the object was invalid; ' +
    'correct the existing errors to complete validation',
}

/** Groups in which finalizers without a domain may have any name. */
const freeFinalizers: ReadonlySet<string> = new Set([
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'apiregistration.k8s.io',
  'coordination.k8s.io',
])

/**
 * Validates a new object.
 * @param decoded what its client sent
 * @throws StatusError 422 naming every invalid field
 */
export function validateNewObject(
  definition: ResourceDefinition,
  object: KubernetesObject,
  decoded: KubernetesObject,
): void {
  const { namespaced, nameRule } = definition
  const standardFinalizers = hasStandardFinalizers(definition)
  throwIfInvalid(definition, object, decoded, (judged) => {
    const ofMetadata = validateObjectMeta(judged.metadata, {
      namespaced,
      nameRule,
      standardFinalizers,
    })
    const own = [
      ...validateContent(definition, judged),
      ...(definition.writeRules.validate?.(judged) ?? []),
    ]
    const hidesMetadata = own.length > 0 && judgesMetadataLast(resourceName(definition))
    return hidesMetadata ? own : [...ofMetadata, ...own]
  })
}

/** What an update is, beside the object that it makes. */
interface Update {
  readonly previous: KubernetesObject
  /** Through which the object was changed. */
  readonly subresource: string | undefined
  /** Told what is tolerated because it was there before. */
  readonly warn: (message: string) => void
}

/**
 * Validates an update; values that were already invalid and did not change are tolerated.
 * @param decoded what its client sent
 * @throws StatusError 422 naming every invalid field
 */
export function validateChangedObject(
  definition: ResourceDefinition,
  object: KubernetesObject,
  decoded: KubernetesObject,
  update: Update,
): void {
  const { writeRules, namespaced, nameRule } = definition
  const { previous, subresource } = update
  const standardFinalizers = hasStandardFinalizers(definition)
  throwIfInvalid(definition, object, decoded, (judged) => {
    const own = (subresource === 'status' && writeRules.validateStatus?.(judged, previous)) || [
      ...(writeRules.validate?.(judged, previous, subresource) ?? []),
      ...(writeRules.validateUpdate?.(judged, previous, subresource) ?? []),
    ]
    const { metadata } = judged
    const rules = { namespaced, nameRule, standardFinalizers }
    // As BeforeUpdate in apiserver and the validation of each kind, which both look at metadata.
    return [
      ...validateObjectMeta(metadata, { namespaced, nameRule: 'path-segment' }),
      ...validateObjectMetaUpdate(metadata, previous.metadata),
      ...metadataChecksOf(resourceName(definition), subresource).flatMap((check) =>
        check === 'object'
          ? validateObjectMeta(metadata, rules)
          : validateObjectMetaUpdate(metadata, previous.metadata, rules),
      ),
      ...validateContent(definition, judged, update),
      ...own,
    ]
  })
}

function hasStandardFinalizers({ origin, group }: ResourceDefinition): boolean {
  return origin === 'built-in' && !freeFinalizers.has(group)
}

/** The types of built-in kinds have been checked when the object was decoded. */
function validateContent(
  definition: ResourceDefinition,
  object: KubernetesObject,
  update?: Update,
): FieldError[] {
  if (definition.origin === 'built-in') return []
  if (update === undefined) return validateNewContent(definition, object)
  const { previous, subresource, warn } = update
  if (subresource === 'status') return validateStatus(definition, object, previous)
  const { validator, scale, rules } = definition
  const correlation = validator.correlate(object, previous)
  const found = [
    ...validator.validate(object, { old: previous, correlation }),
    ...(scale ? [...validateScaleSpec(scale, object), ...validateScaleStatus(scale, object)] : []),
  ]
  const tolerate = (error: FieldError): void => warn(fieldErrorMessage(error))
  return withRules(rules, found, () =>
    evaluateRules(rules, object, previous, { correlation, tolerate }),
  )
}

function validateNewContent(
  { validator, scale, rules }: ResourceDefinition,
  object: KubernetesObject,
): FieldError[] {
  const found = [
    ...validator.validate(object),
    ...(scale ? [...validateScaleSpec(scale, object), ...validateScaleStatus(scale, object)] : []),
  ]
  return withRules(rules, found, () => evaluateRules(rules, object, undefined))
}

/** Of what was wrong before, only lists are tolerated when the status alone is written. */
function validateStatus(
  { validator, scale, rules }: ResourceDefinition,
  object: KubernetesObject,
  previous: KubernetesObject,
): FieldError[] {
  const found = [
    ...validator.validateStatus(object, previous),
    ...(scale ? validateScaleStatus(scale, object) : []),
  ]
  return withRules(rules, found, () => evaluateRules(rules, object, previous))
}

/** What the rules find, too, if the object is what they rely on. */
function withRules(
  rules: RuleSet | undefined,
  found: readonly FieldError[],
  evaluate: () => FieldError[],
): FieldError[] {
  if (rules === undefined) return [...found]
  if (found.some(({ type }) => hidesRules.has(type))) return [...found, rulesNotChecked]
  return [...found, ...evaluate()]
}

/** With such errors rules are not evaluated: they rely on the schema. */
const hidesRules: ReadonlySet<FieldError['type']> = new Set([
  'Unsupported',
  'Required',
  'TooLong',
  'TooMany',
  'TypeInvalid',
])

function throwIfInvalid(
  definition: ResourceDefinition,
  object: KubernetesObject,
  decoded: KubernetesObject,
  judge: (object: KubernetesObject) => readonly FieldError[],
): void {
  const found = judge(object)
  if (found.length === 0) return
  const given = asGiven(object, decoded)
  // Of a kind that is served in two groups, the real server names the one that stores it.
  const { group } = parseApiVersion(definition.storageApiVersion)
  const kind = qualifiedKind({ ...definition, group })
  throw errors.invalid(kind, object.metadata.name ?? '', given === object ? found : judge(given))
}
