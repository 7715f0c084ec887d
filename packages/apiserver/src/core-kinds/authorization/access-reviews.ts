import { arrayOrEmpty, isJsonObject, type JsonObject, objectOrEmpty } from '@fairlead/base'
import {
  errors,
  type FieldError,
  goQuote,
  GoSyntax,
  type KubernetesObject,
} from '@fairlead/kube-core'

import { type Access, pathAccess } from '../../auth/access.ts'
import type { ReviewContext } from '../../auth/review-context.ts'
import type { User } from '../../auth/user.ts'
import type { KindRules } from '../../definitions/built-in-kind.ts'
import { recordAt, textAt } from '../../definitions/fields.ts'
import { errorsOf } from '../shared/place.ts'
import { ignoredSelectors } from './ignored-selectors.ts'
import { validateSelectors } from './selector-attributes.ts'

/** Kinds that ask what somebody may do; they are never stored. */

const group = 'authorization.k8s.io'

export const selfSubjectAccessReviewRules: KindRules = {
  group,
  plural: 'selfsubjectaccessreviews',
  review: reviewOwnAccess,
}

export const subjectAccessReviewRules: KindRules = {
  group,
  plural: 'subjectaccessreviews',
  review: reviewAccess,
}

export const localSubjectAccessReviewRules: KindRules = {
  group,
  plural: 'localsubjectaccessreviews',
  review: reviewLocalAccess,
}

/** Answers a SelfSubjectAccessReview: whether the caller may do something. @throws StatusError 422 */
function reviewOwnAccess(question: KubernetesObject, context: ReviewContext): KubernetesObject {
  refuseInvalid([
    ...attributeErrors(question),
    ...selectorErrors(question),
    ...metadataErrors(question, ['managedFields'], 'must be empty'),
  ])
  return answered(question, context, context.user)
}

/** Answers a SubjectAccessReview: whether somebody may do something. @throws StatusError 422 */
function reviewAccess(question: KubernetesObject, context: ReviewContext): KubernetesObject {
  refuseInvalid([
    ...attributeErrors(question),
    ...subjectErrors(question),
    ...selectorErrors(question),
    ...metadataErrors(question, ['managedFields'], 'must be empty'),
  ])
  return answered(question, context, subjectOf(question))
}

/**
 * Answers a LocalSubjectAccessReview: whether somebody may do something in the namespace of the
 * path. @throws StatusError 422, 400
 */
function reviewLocalAccess(question: KubernetesObject, context: ReviewContext): KubernetesObject {
  const { resourceAttributes, nonResourceAttributes } = recordAt(question, 'spec')
  const field = 'spec.resourceAttributes.namespace'
  const namespace = question.metadata.namespace ?? ''
  const asked = isJsonObject(resourceAttributes)
    ? textAt(resourceAttributes, 'namespace')
    : namespace
  refuseInvalid([
    ...attributeErrors(question),
    ...subjectErrors(question),
    ...selectorErrors(question),
    ...metadataErrors(
      question,
      ['managedFields', 'namespace'],
      'must be empty except for namespace',
    ),
    ...(asked === namespace ? [] : [invalid(field, asked, 'must match metadata.namespace')]),
    ...(isJsonObject(nonResourceAttributes)
      ? [
          invalid(
            'spec.nonResourceAttributes',
            goPathAttributes(nonResourceAttributes),
            'disallowed on this kind of request',
          ),
        ]
      : []),
  ])
  if (namespace !== context.namespace) {
    throw errors.badRequest(`${field} must match namespace: ${context.namespace}`)
  }
  return answered(question, context, subjectOf(question))
}

function answered(
  question: KubernetesObject,
  { authorizer }: ReviewContext,
  user: User,
): KubernetesObject {
  const { allowed, reason } = authorizer.authorize(user, accessOf(question))
  const { resourceAttributes } = recordAt(question, 'spec')
  const evaluationError = ignoredSelectors(objectOrEmpty(resourceAttributes)).join('; ')
  const status = {
    allowed,
    ...(reason === '' ? {} : { reason }),
    ...(evaluationError === '' ? {} : { evaluationError }),
  }
  return { ...question, status }
}

function subjectOf(question: KubernetesObject): User {
  const spec = recordAt(question, 'spec')
  const uid = textAt(spec, 'uid')
  const extra = Object.entries(objectOrEmpty(spec['extra']))
  return {
    name: textAt(spec, 'user'),
    groups: texts(spec['groups']),
    ...(uid === '' ? {} : { uid }),
    extra: Object.fromEntries(extra.map(([key, values]) => [key, texts(values)])),
  }
}

function texts(value: unknown): string[] {
  return arrayOrEmpty(value).filter((each) => typeof each === 'string')
}

function accessOf(question: KubernetesObject): Access {
  const { resourceAttributes, nonResourceAttributes } = recordAt(question, 'spec')
  if (isJsonObject(nonResourceAttributes)) {
    return pathAccess(textAt(nonResourceAttributes, 'verb'), textAt(nonResourceAttributes, 'path'))
  }
  const attributes = objectOrEmpty(resourceAttributes)
  return {
    verb: textAt(attributes, 'verb'),
    group: textAt(attributes, 'group'),
    resource: textAt(attributes, 'resource'),
    subresource: textAt(attributes, 'subresource'),
    namespace: textAt(attributes, 'namespace'),
    name: textAt(attributes, 'name'),
  }
}

/** As ValidateSelfSubjectAccessReviewSpec in Kubernetes' authorization validation. */
function attributeErrors(question: KubernetesObject): FieldError[] {
  const { resourceAttributes, nonResourceAttributes } = recordAt(question, 'spec')
  const [ofResource, ofPath] = [resourceAttributes, nonResourceAttributes].map(isJsonObject)
  if (ofResource && ofPath) {
    const detail = 'cannot be specified in combination with resourceAttributes'
    const shown = goPathAttributes(objectOrEmpty(nonResourceAttributes))
    return [invalid('spec.nonResourceAttributes', shown, detail)]
  }
  if (ofResource || ofPath) return []
  const detail = 'exactly one of nonResourceAttributes or resourceAttributes must be specified'
  return [invalid('spec.resourceAttributes', 'null', detail)]
}

/** As `%#v` shows them. */
function goPathAttributes(attributes: JsonObject): GoSyntax {
  const [path, verb] = ['path', 'verb'].map((field) => goQuote(textAt(attributes, field)))
  return new GoSyntax(`authorization.NonResourceAttributes{Path:${path}, Verb:${verb}}`)
}

function selectorErrors(question: KubernetesObject): FieldError[] {
  return errorsOf(question, (root) => {
    validateSelectors(root.within('spec').within('resourceAttributes'))
  })
}

function subjectErrors(question: KubernetesObject): FieldError[] {
  const { name, groups } = subjectOf(question)
  if (name !== '' || groups.length > 0) return []
  return [invalid('spec.user', '', 'at least one of user or group must be specified')]
}

function metadataErrors(
  { metadata }: KubernetesObject,
  allowed: readonly string[],
  detail: string,
): FieldError[] {
  const given = Object.entries(metadata as JsonObject).filter(
    ([field, value]) => !allowed.includes(field) && !isZero(value),
  )
  return given.length === 0 ? [] : [invalid('metadata', metadata, detail)]
}

function isZero(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === 0) return true
  return typeof value === 'object' && Object.keys(value).length === 0
}

function invalid(field: string, badValue: unknown, detail: string): FieldError {
  return { type: 'Invalid', field, badValue, detail }
}

/** The real server names no kind here: it has forgotten it by then. */
function refuseInvalid(found: readonly FieldError[]): void {
  if (found.length > 0) throw errors.invalid('.authorization.k8s.io', '', found)
}
