import { arrayOrEmpty, isJsonObject, objectOrEmpty, type JsonObject } from '@fairlead/base'
import { deepEqual, goQuote, type KubernetesObject } from '@fairlead/kube-core'

import type { AdmissionPlugin } from '../admission/admission-plugin.ts'
import type { AdmissionRequest } from '../admission/admission-request.ts'
import { forbidden } from '../admission/forbidden.ts'
import type { Storage } from '../storage/storage.ts'
import { changed, isFor, shown } from './plugin-request.ts'

const differs = "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead"

/** Gives new pods the overhead and the scheduling constraints of their RuntimeClass. */
export function runtimeClass(storage: Storage): AdmissionPlugin {
  return {
    name: 'RuntimeClass',
    mutate: (request) => {
      const found = classFor(request, storage)
      if (found === undefined) return undefined
      return changed(request, (pod) => apply(request, pod, found))
    },
    validate: (request) => {
      if (request.operation !== 'CREATE' || !isFor(request, '', 'pods')) return
      const { overhead } = objectOrEmpty(request.object?.['spec'])
      const defined = overheadOf(classFor(request, storage))
      if (defined !== undefined && !deepEqual(defined, overhead)) throw forbidden(request, differs)
      if (defined === undefined && overhead !== undefined) {
        throw forbidden(
          request,
          'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead',
        )
      }
    },
  }
}

function classFor(request: AdmissionRequest, storage: Storage): KubernetesObject | undefined {
  if (request.operation !== 'CREATE' || !isFor(request, '', 'pods')) return undefined
  const name = objectOrEmpty(request.object?.['spec'])['runtimeClassName']
  if (typeof name !== 'string') return undefined
  const found = storage.get({ resource: 'runtimeclasses.node.k8s.io', namespace: '', name })
  if (found !== undefined) return found
  throw forbidden(request, `pod rejected: RuntimeClass ${goQuote(name)} not found`)
}

function overheadOf(found: KubernetesObject | undefined): unknown {
  return objectOrEmpty(found?.['overhead'])['podFixed']
}

function apply(request: AdmissionRequest, pod: KubernetesObject, found: KubernetesObject): void {
  const spec: Record<string, unknown> = { ...objectOrEmpty(pod['spec']) }
  const overhead = overheadOf(found)
  if (overhead !== undefined) {
    const given = spec['overhead']
    if (isJsonObject(given) && Object.keys(given).length > 0 && !deepEqual(given, overhead)) {
      throw forbidden(request, differs)
    }
    spec['overhead'] = overhead
  }
  const scheduling = objectOrEmpty(found['scheduling'])
  const selector = objectOrEmpty(scheduling['nodeSelector'])
  if (Object.keys(selector).length > 0) {
    spec['nodeSelector'] = mergedSelector(request, objectOrEmpty(spec['nodeSelector']), selector)
  }
  const tolerations = arrayOrEmpty(scheduling['tolerations'])
  if (tolerations.length > 0) {
    const given = arrayOrEmpty(spec['tolerations'])
    const added = tolerations.filter((each) => !given.some((known) => deepEqual(known, each)))
    spec['tolerations'] = [...given, ...added]
  }
  pod['spec'] = spec
}

function mergedSelector(
  request: AdmissionRequest,
  given: JsonObject,
  selector: JsonObject,
): JsonObject {
  for (const [key, value] of Object.entries(selector)) {
    if (given[key] === undefined || given[key] === value) continue
    throw forbidden(
      request,
      `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${shown(value)}; pod.spec.nodeSelector[${key}] = ${shown(given[key])}`,
    )
  }
  return { ...given, ...selector }
}
