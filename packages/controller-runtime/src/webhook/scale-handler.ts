import { arrayOrEmpty, type JsonObject, objectOrEmpty } from '@fairlead/base'
import {
  deepFreeze,
  errors,
  type KubernetesObject,
  type ResourceType,
  type TypedObject,
  untyped,
} from '@fairlead/kube-core'

import type { Reader } from '../client/client.ts'
import type { AdmissionHandler } from './admission-handler.ts'
import { validatingHandler, type Validator } from './validating-handler.ts'

/** Reads what is scaled. */
export type ScaleReader = Pick<Reader, 'get'>

/**
 * Judges what `kubectl scale` and autoscalers write as an update of the object itself: they write its
 * subresource `scale`, about which the webhooks of the object are not asked.
 * @throws Error if the kind is not scaled
 */
export function scaleHandler<T extends TypedObject>(
  type: ResourceType<T>,
  validator: Validator<T>,
  reader: ScaleReader,
): AdmissionHandler {
  if (validator.update === undefined)
    throw new Error('to judge scaling, a validator needs update()')
  const path = replicasPathOf(type)
  const judge = validatingHandler(type, validator)
  return async (request) => {
    const { namespace, name, signal } = request
    const { replicas } = objectOrEmpty(objectOrEmpty(request.object)['spec'])
    if (replicas !== undefined && typeof replicas !== 'number') {
      throw errors.badRequest('spec.replicas of the Scale is no number')
    }
    const old = await reader.get(untyped(type), { namespace, name }, { signal })
    const object = withValue(old, path, replicas ?? 0) as KubernetesObject
    return judge({ ...request, object: deepFreeze(object), oldObject: deepFreeze(old) })
  }
}

/** Where the kind has its replicas: as its definition says, or where those of Kubernetes have them. */
function replicasPathOf(type: ResourceType): readonly string[] {
  const { crd } = type as { readonly crd?: JsonObject }
  if (crd === undefined) return ['spec', 'replicas']
  const versions = arrayOrEmpty(objectOrEmpty(crd['spec'])['versions']).map(objectOrEmpty)
  const { subresources } = versions.find(({ name }) => name === type.version) ?? {}
  const { specReplicasPath } = objectOrEmpty(objectOrEmpty(subresources)['scale'])
  if (typeof specReplicasPath === 'string') return specReplicasPath.split('.').slice(1)
  throw new Error(`${type.kind} is not scaled: its definition has no scale`)
}

function withValue(
  object: unknown,
  [field = '', ...rest]: readonly string[],
  value: number,
): JsonObject {
  const fields = objectOrEmpty(object)
  const inner = rest.length === 0 ? value : withValue(fields[field], rest, value)
  return { ...fields, [field]: inner }
}
