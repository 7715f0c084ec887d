import { isJsonObject, objectOrEmpty } from '@fairlead/base'
import {
  errors,
  invalidField,
  labelSelectorFrom,
  StatusError,
  type KubernetesObject,
} from '@fairlead/kube-core'

import type { ScalePaths } from '../definitions/resource-definition.ts'
import { recordAt } from '../definitions/fields.ts'
import { evaluateFieldPath } from '../printing/json-path.ts'
import { getObject } from './get-object.ts'
import type { ResourceContext } from './resource-context.ts'
import type { ObjectTarget } from './resource-target.ts'

/**
 * The scale of an object, as `autoscaling/v1` represents it.
 * @param forUpdate whether an object without the number has 0 replicas, to be set
 * @throws StatusError 404 or 500
 */
export async function getScale(
  context: ResourceContext,
  target: ObjectTarget,
  forUpdate = false,
): Promise<KubernetesObject> {
  return scaleOf(target, await getObject(context, target), forUpdate)
}

/** The scale of an object that has been read or written. @throws StatusError 500 */
export function scaleOf(
  target: ObjectTarget,
  object: KubernetesObject,
  forUpdate = false,
): KubernetesObject {
  const paths = pathsOf(target)
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata
  const found = evaluateFieldPath(object, dotted(paths.specReplicasPath))
  const replicas = forUpdate ? (found ?? 0) : found
  if (typeof replicas !== 'number') {
    throw errors.internal(`the spec replicas field "${paths.specReplicasPath}" does not exist`)
  }
  const current = evaluateFieldPath(object, dotted(paths.statusReplicasPath))
  const selector = selectorText(evaluateFieldPath(object, dotted(paths.labelSelectorPath ?? '')))
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: JSON.parse(
      JSON.stringify({ name, namespace, uid, resourceVersion, creationTimestamp }),
    ) as KubernetesObject['metadata'],
    spec: replicas === 0 ? {} : { replicas },
    status: {
      replicas: typeof current === 'number' ? current : 0,
      ...(selector === '' ? {} : { selector }),
    },
  }
}

/** Custom kinds have a text, built-in kinds a selector or, the oldest, a map of labels. */
function selectorText(selector: unknown): string {
  if (typeof selector === 'string') return selector
  if (!isJsonObject(selector)) return ''
  const isSelector = 'matchLabels' in selector || 'matchExpressions' in selector
  try {
    const spec = isSelector ? selector : { matchLabels: selector as Record<string, string> }
    return labelSelectorFrom(spec).toString()
  } catch (error) {
    if (error instanceof StatusError) return ''
    throw error
  }
}

/** A copy of `object` with the replica count from `scale`. @throws StatusError 400 */
export function withScale(
  target: ObjectTarget,
  object: KubernetesObject,
  scale: unknown,
): KubernetesObject {
  const spec = objectOrEmpty(objectOrEmpty(scale)['spec'])
  const replicas = spec['replicas'] ?? 0
  if (typeof replicas !== 'number' || !Number.isSafeInteger(replicas)) {
    throw errors.badRequest('spec.replicas must be a whole number')
  }
  // The scale of a custom kind is judged with its object.
  if (replicas < 0 && target.definition.origin === 'built-in') {
    throw errors.invalid('Scale.autoscaling', target.name, [
      invalidField('spec.replicas', replicas, 'must be greater than or equal to 0'),
    ])
  }
  const names = dotted(pathsOf(target).specReplicasPath).split('.')
  return { ...object, ...withFieldAt(object, names, replicas) }
}

/** Only own fields are followed: a path is free to name `__proto__`, which must stay a name. */
function withFieldAt(
  object: Readonly<Record<string, unknown>>,
  [name = '', ...rest]: readonly string[],
  value: unknown,
): Record<string, unknown> {
  if (rest.length === 0) return { ...object, [name]: value }
  const child = Object.hasOwn(object, name) ? object[name] : undefined
  return { ...object, [name]: withFieldAt(isJsonObject(child) ? child : {}, rest, value) }
}

/**
 * Whether somebody owns the number of replicas of an object. Until then an update of its scale is
 * not tracked, since the scale has no managed fields (as skipNonAppliedManager in apimachinery).
 */
export function hasOwnedReplicas(target: ObjectTarget, object: KubernetesObject): boolean {
  const names = dotted(pathsOf(target).specReplicasPath).split('.')
  return (object.metadata.managedFields ?? []).some(({ fieldsV1 }) => {
    let fields: unknown = fieldsV1
    for (const name of names) fields = recordAt({ fields }, 'fields')[`f:${name}`]
    return fields !== undefined
  })
}

function pathsOf({ definition }: ObjectTarget): ScalePaths {
  if (definition.scale === undefined) throw errors.unknownResource()
  return definition.scale
}

function dotted(jsonPath: string): string {
  return jsonPath.replace(/^\./, '')
}
