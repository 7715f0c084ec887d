import { objectOrEmpty } from '@fairlead/base'
import type { KubernetesObject } from '@fairlead/kube-core'

import type { AdmissionPlugin } from '../admission/admission-plugin.ts'
import type { AdmissionRequest } from '../admission/admission-request.ts'
import { forbidden } from '../admission/forbidden.ts'
import type { Storage } from '../storage/storage.ts'
import { changed, isFor, shown } from './plugin-request.ts'

const resource = 'priorityclasses.scheduling.k8s.io'

/** Gives new pods the priority of their PriorityClass; there is one default class at most. */
export function priority(storage: Storage): AdmissionPlugin {
  return {
    name: 'Priority',
    mutate: (request) => {
      if (!isFor(request, '', 'pods')) return undefined
      if (request.operation === 'CREATE') return prioritised(request, storage)
      return request.operation === 'UPDATE' ? kept(request) : undefined
    },
    validate: (request) => {
      const { operation, object } = request
      if (operation !== 'CREATE' && operation !== 'UPDATE') return
      if (object?.['globalDefault'] !== true) return
      if (!isFor(request, 'scheduling.k8s.io', 'priorityclasses')) return
      const name = defaultClass(storage)?.metadata.name
      if (name === undefined) return
      if (operation === 'UPDATE' && name === object.metadata.name) return
      throw forbidden(
        request,
        `PriorityClass ${name} is already marked as default. Only one default can exist`,
      )
    },
  }
}

function prioritised(request: AdmissionRequest, storage: Storage): KubernetesObject | undefined {
  const given = objectOrEmpty(request.object?.['spec'])
  const name = given['priorityClassName']
  const found =
    typeof name === 'string' && name !== ''
      ? namedClass(request, name, storage)
      : defaultClass(storage)
  const value = Number(found?.['value'] ?? 0)
  const policy = found === undefined ? 'PreemptLowerPriority' : found['preemptionPolicy']
  const { priority: wanted, preemptionPolicy } = given
  if (wanted !== undefined && wanted !== value) {
    throw forbidden(
      request,
      `the integer value of priority (${shown(wanted)}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`,
    )
  }
  if (policy !== undefined && preemptionPolicy !== undefined && preemptionPolicy !== policy) {
    throw forbidden(
      request,
      `the string value of PreemptionPolicy (${shown(preemptionPolicy)}) must not be provided in pod spec; priority admission controller computed ${shown(policy)} from the given PriorityClass name`,
    )
  }
  return changed(request, (pod) => {
    pod['spec'] = {
      ...given,
      ...(found === undefined ? {} : { priorityClassName: found.metadata.name }),
      priority: value,
      ...(policy === undefined ? {} : { preemptionPolicy: policy }),
    }
  })
}

/** An update that says nothing of it leaves the priority as it is. */
function kept(request: AdmissionRequest): KubernetesObject | undefined {
  const spec = objectOrEmpty(request.object?.['spec'])
  const old = objectOrEmpty(request.oldObject?.['spec'])
  const missing = ['priority', 'preemptionPolicy'].filter(
    (field) => spec[field] === undefined && old[field] !== undefined,
  )
  if (missing.length === 0) return undefined
  return changed(request, (pod) => {
    pod['spec'] = { ...spec, ...Object.fromEntries(missing.map((field) => [field, old[field]])) }
  })
}

function namedClass(request: AdmissionRequest, name: string, storage: Storage): KubernetesObject {
  const found = storage.get({ resource, namespace: '', name })
  if (found !== undefined) return found
  throw forbidden(request, `no PriorityClass with name ${name} was found`)
}

/** Of several, the one with the lowest value. */
function defaultClass(storage: Storage): KubernetesObject | undefined {
  return storage
    .list({ resource })
    .objects.filter((each) => each['globalDefault'] === true)
    .toSorted((one, other) => Number(one['value']) - Number(other['value']))[0]
}
