import { checkDnsLabel, type KubernetesObject } from '@fairlead/kube-core'

import type { KindRules } from '../../definitions/built-in-kind.ts'
import { recordAt, recordsAt, textAt } from '../../definitions/fields.ts'
import type { MutableObject } from '../../definitions/resource-definition.ts'
import { fieldsAt, fieldsWithin, itemsAt } from '../shared/defaulting.ts'
import { errorsOf, type Place } from '../shared/place.ts'
import { validateImageSpaces } from '../shared/pod/containers.ts'
import { defaultPod } from '../shared/pod/default-pod-spec.ts'
import { dropDisabledPodFields } from '../shared/pod/drop-disabled-fields.ts'
import { validatePodAnnotations, validateProfilesMatch } from '../shared/pod/pod-annotations.ts'
import { containersOf, validatePodSpec } from '../shared/pod/pod-spec.ts'
import { podWarnings } from '../shared/pod/pod-warnings.ts'
import { applyAppArmorSkew } from './app-armor-skew.ts'
import {
  ephemeralContainers,
  keepAllButEphemeral,
  validateEphemeralUpdate,
} from './ephemeral-containers.ts'
import { applyLabelKeys } from './pod-affinity-keys.ts'
import { podColumns, podRowConditions } from './pod-columns.ts'
import { podQuality } from './pod-quality.ts'
import { bothPodAddresses, dropDisabledPodStatus } from './pod-status-fields.ts'
import { validatePodStatus } from './pod-status.ts'
import { validatePodUpdate } from './pod-update.ts'

/** As the defaults, the strategy and the validation of Pods in Kubernetes. */
export const podRules: KindRules = {
  group: '',
  plural: 'pods',
  statusKeeps: [['spec'], ['metadata', 'deletionTimestamp'], ['metadata', 'ownerReferences']],
  selectableFields: [
    'spec.host',
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.podIPs',
    'status.nominatedNodeName',
  ],
  selectableValue(pod, path) {
    switch (path) {
      case 'spec.host':
        return textAt(recordAt(pod, 'spec'), 'nodeName')
      // It can be asked for, and is nothing: only the first address is known to selectors.
      case 'status.podIPs':
        return ''
      case 'spec.hostNetwork':
        return String(recordAt(pod, 'spec')['hostNetwork'] === true)
      case 'status.podIP':
        return textAt(recordsAt(recordAt(pod, 'status'), 'podIPs')[0] ?? {}, 'ip')
      default:
        return undefined
    }
  },
  objectSubresources: [ephemeralContainers],
  onlyFields: { [ephemeralContainers]: ['spec', 'ephemeralContainers'] },
  allColumns: podColumns,
  rowConditions: podRowConditions,
  writeRules: {
    defaults(pod) {
      defaultPod(pod)
      const status = fieldsAt(pod, 'status')
      if (status !== undefined) bothPodAddresses(status)
    },
    prepareForCreate(pod, warn) {
      const spec = fieldsAt(pod, 'spec') ?? {}
      pod['status'] = { phase: 'Pending', qosClass: podQuality(spec), ...gatedCondition(pod) }
      dropDisabledPodFields(spec)
      applyLabelKeys(pod)
      applyAppArmorSkew(pod, warn)
    },
    prepareForUpdate(pod, previous, { subresource }) {
      if (subresource === ephemeralContainers) keepAllButEphemeral(pod, previous)
      dropDisabledPodFields(fieldsAt(pod, 'spec') ?? {})
      const status = fieldsWithin(pod, 'status')
      const quality = recordAt(previous, 'status')['qosClass']
      if (quality !== undefined && !status['qosClass']) status['qosClass'] = quality
      dropDisabledPodStatus(status)
    },
    validate: (pod, previous, subresource) =>
      errorsOf(pod, (root) => {
        validatePod(root)
        if (previous === undefined) validateNewPod(root)
        else if (subresource === ephemeralContainers) validateEphemeralUpdate(root, previous)
        else validatePodUpdate(root, previous)
      }),
    validateStatus: (pod, previous) => errorsOf(pod, (root) => validatePodStatus(root, previous)),
    gracePeriodSeconds,
    warnings: (pod, previous) =>
      previous === undefined ? [...hostnameWarnings(pod), ...podWarnings(pod)] : [],
  },
}

function gatedCondition(pod: MutableObject): object {
  if (itemsAt(fieldsAt(pod, 'spec') ?? {}, 'schedulingGates').length === 0) return {}
  const condition = {
    type: 'PodScheduled',
    status: 'False',
    lastProbeTime: null,
    lastTransitionTime: pod.metadata.creationTimestamp,
    reason: 'SchedulingGated',
    message: 'Scheduling is blocked due to non-empty scheduling gates',
  }
  return { conditions: [condition] }
}

/** As validatePodMetadataAndSpec in Kubernetes' core validation. */
function validatePod(root: Place): void {
  const metadata = root.within('metadata')
  const spec = root.within('spec')
  const containers = containersOf(spec)
  validatePodAnnotations(metadata, spec, containers)
  validatePodSpec(spec, metadata.text('name'))
  if (spec.text('serviceAccountName') === '') {
    for (const volume of spec.each('volumes')) {
      for (const source of volume.within('projected').each('sources')) {
        if (!source.has('serviceAccountToken')) continue
        const detail = 'must not be specified when serviceAccountName is not set'
        source.forbidden('serviceAccountToken', detail)
      }
    }
  }
  for (const list of ['containers', 'initContainers']) {
    for (const container of spec.each(list)) validateImageSpaces(container)
  }
}

function validateNewPod(root: Place): void {
  const spec = root.within('spec')
  if (spec.items('ephemeralContainers').length > 0) {
    spec.forbidden('ephemeralContainers', 'cannot be set on create')
  }
  if (spec.text('nodeName') !== '' && spec.items('schedulingGates').length > 0) {
    const detail = 'cannot be set until all schedulingGates have been cleared'
    spec.forbidden('nodeName', detail)
  }
  validateProfilesMatch(root.within('metadata'), spec, containersOf(spec))
}

/** As CheckGracefulDelete in Kubernetes' pod strategy: a pod that runs is given time to end. */
function gracePeriodSeconds(pod: KubernetesObject, requested: number | undefined): number {
  const spec = recordAt(pod, 'spec')
  const phase = recordAt(pod, 'status')['phase']
  const own = spec['terminationGracePeriodSeconds']
  const period = requested ?? (typeof own === 'number' ? own : 0)
  const isIdle = textAt(spec, 'nodeName') === '' || phase === 'Failed' || phase === 'Succeeded'
  if (isIdle) return 0
  return period < 0 ? 1 : period
}

function hostnameWarnings({ metadata }: KubernetesObject): string[] {
  const problems = checkDnsLabel(metadata.name ?? '')
  if (problems.length === 0) return []
  return [
    "metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; " +
      `a DNS label is recommended: [${problems.join(' ')}]`,
  ]
}
