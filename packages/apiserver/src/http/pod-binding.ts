import { objectOrEmpty } from '@fairlead/base'
import { copyJson, errors, timestamp, type KubernetesObject } from '@fairlead/kube-core'

import { recordAt, recordsAt, textAt, type Fields } from '../definitions/fields.ts'
import type { ApiRequest } from '../exchange/api-request.ts'
import { jsonResponse, type Handled } from '../exchange/api-response.ts'
import { mutated, subresourceCreation } from '../resources/admit.ts'
import type { WriteContext } from '../resources/resource-context.ts'
import { storageKeyOf, type ObjectTarget } from '../resources/resource-target.ts'
import { decodeBody } from './decode-body.ts'
import { optionsOfWrite } from './options-of-write.ts'

const bindingKind = { group: '', version: 'v1', kind: 'Binding' } as const

/**
 * `POST …/pods/x/binding`: places a pod on a node. As BindingREST in Kubernetes' pod storage, which
 * writes past the rules of updates.
 */
export async function bindPod(
  context: WriteContext,
  request: ApiRequest,
  target: ObjectTarget,
): Promise<Handled> {
  const given = objectOrEmpty(decodeBody(request.body, request.contentType, bindingKind))
  const options = optionsOfWrite(request)
  const intended = subresourceCreation(context, target, bindingKind, options)
  const binding = await mutated(context, intended, given as unknown as KubernetesObject)
  const metadata = objectOrEmpty(binding.metadata)
  if (metadata['name'] !== target.name) {
    throw errors.badRequest('name in URL does not match name in Binding object')
  }
  const node = nodeOf(binding)
  await context.admission.validate({ ...intended, object: binding })
  const key = storageKeyOf(target)
  const stored = context.storage.get(key)
  if (stored === undefined) throw errors.notFound('pods', target.name)
  checkBindable(stored, metadata)
  const pod = copyJson(stored)
  pod['spec'] = { ...recordAt(pod, 'spec'), nodeName: node }
  const annotations = objectOrEmpty(metadata['annotations']) as Record<string, string>
  if (Object.keys(annotations).length > 0) {
    pod.metadata.annotations = { ...pod.metadata.annotations, ...annotations }
  }
  setScheduled(pod, timestamp(context.clock.now()))
  if (!options.dryRun) context.storage.update(key, pod, stored.metadata.resourceVersion ?? '')
  return jsonResponse(201, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    code: 201,
  })
}

/** As ValidatePodBinding in Kubernetes' core validation. */
function nodeOf(binding: KubernetesObject): string {
  const target = recordAt(binding, 'target')
  const kind = textAt(target, 'kind')
  const name = textAt(target, 'name')
  const problems = [
    ...(kind === '' || kind === 'Node'
      ? []
      : [`target.kind: Unsupported value: "${kind}": supported values: "Node", "<empty>"`]),
    ...(name === '' ? ['target.name: Required value'] : []),
  ]
  if (problems.length === 0) return name
  // The real server has an error of its own here.
  throw errors.unprocessable(
    problems.length === 1 ? (problems[0] ?? '') : `[${problems.join(', ')}]`,
  )
}

function checkBindable(pod: KubernetesObject, metadata: Fields): void {
  const uid = textAt(metadata, 'uid')
  const resourceVersion = textAt(metadata, 'resourceVersion')
  const { name = '', namespace, uid: own, resourceVersion: version } = pod.metadata
  const refuse = (detail: string): never => {
    throw errors.conflict('pods/binding', name, detail)
  }
  if (uid && uid !== own) {
    refuse(`Precondition failed: UID in precondition: ${uid}, UID in object meta: ${own}`)
  }
  if (resourceVersion && resourceVersion !== version) throw errors.conflict('pods', name)
  if (pod.metadata.deletionTimestamp !== undefined) {
    refuse(`pod ${name} is being deleted, cannot be assigned to a host`)
  }
  const spec = recordAt(pod, 'spec')
  const assigned = textAt(spec, 'nodeName')
  if (assigned !== '') refuse(`pod ${name} is already assigned to node "${assigned}"`)
  if (recordsAt(spec, 'schedulingGates').length > 0) {
    refuse(`pod ${namespace}/${name} has non-empty .spec.schedulingGates`)
  }
}

function setScheduled(pod: KubernetesObject, now: string): void {
  const status = recordAt(pod, 'status')
  const others = recordsAt(status, 'conditions').filter(({ type }) => type !== 'PodScheduled')
  const condition = {
    type: 'PodScheduled',
    status: 'True',
    lastProbeTime: null,
    lastTransitionTime: now,
  }
  pod['status'] = { ...status, conditions: [...others, condition] }
}
