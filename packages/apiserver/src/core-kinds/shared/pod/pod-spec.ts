import { append } from '@fairlead/base'
import { checkDnsSubdomain, checkLabelKey, validateLabels } from '@fairlead/kube-core'

import type { Place } from '../place.ts'
import { validateOverhead } from '../resource-requirements.ts'
import { validateAffinity } from './affinity.ts'
import { validateHostNetworkPorts } from './container-ports.ts'
import {
  validateContainers,
  validateEphemeralContainers,
  validateInitContainers,
} from './containers.ts'
import { containerLists } from './default-pod-spec.ts'
import {
  validateDnsConfig,
  validateDnsPolicy,
  validateHostAliases,
  validateHostNames,
} from './dns-config.ts'
import { validateOperatingSystem } from './operating-system.ts'
import { validatePodSecurityContext } from './security-context.ts'
import { validateTolerations } from './tolerations.ts'
import { validateTopologySpread } from './topology-spread.ts'
import { validateVolumes } from './volumes.ts'
import { validateHostProcess } from './windows-options.ts'

const int32Max = 2 ** 31 - 1

/** All containers of a pod in the order in which the real server visits them. */
export function containersOf(spec: Place): readonly Place[] {
  return containerLists.flatMap((list) => spec.each(list))
}

/**
 * As ValidatePodSpec in Kubernetes' core validation.
 * @param podName undefined for a pod template
 */
export function validatePodSpec(spec: Place, podName: string | undefined): void {
  if (!spec.has('terminationGracePeriodSeconds')) spec.required('terminationGracePeriodSeconds')
  const containers = containersOf(spec)
  const volumes = validateVolumes(spec, podName ?? '')
  validateContainers(spec, volumes)
  validateInitContainers(spec, volumes)
  validateEphemeralContainers(spec, volumes)
  validateHostNetworkPorts(spec, podName !== undefined)
  spec.requiredOneOf('restartPolicy', ['Always', 'OnFailure', 'Never'])
  validateDnsPolicy(spec)
  append(spec.found, validateLabels(spec.textMap('nodeSelector'), spec.pathOf('nodeSelector')))
  validatePodSecurityContext(spec)
  const affinity = spec.at('affinity')
  if (affinity !== undefined) validateAffinity(affinity)
  validateDnsConfig(spec)
  for (const gate of spec.each('readinessGates')) {
    gate.problems('conditionType', checkLabelKey(gate.text('conditionType')))
  }
  validateSchedulingGates(spec)
  validateTopologySpread(spec)
  validateHostProcess(spec, containers)
  validateName(spec, 'serviceAccountName')
  validateName(spec, 'nodeName')
  const deadline = spec.optionalNumber('activeDeadlineSeconds')
  if (deadline !== undefined && (deadline < 1 || deadline > int32Max)) {
    spec.invalid('activeDeadlineSeconds', `must be between 1 and ${int32Max}, inclusive`)
  }
  validateHostNames(spec)
  validateTolerations(spec)
  validateHostAliases(spec)
  validateName(spec, 'priorityClassName')
  if (spec.has('runtimeClassName')) {
    spec.problems('runtimeClassName', checkDnsSubdomain(spec.text('runtimeClassName')))
  }
  if (spec.has('preemptionPolicy')) {
    spec.requiredOneOf('preemptionPolicy', ['PreemptLowerPriority', 'Never'])
  }
  const overhead = spec.at('overhead')
  if (overhead !== undefined) validateOverhead(overhead)
  validateOperatingSystem(spec, containers)
}

function validateName(spec: Place, field: string): void {
  const name = spec.text(field)
  if (name !== '') spec.problems(field, checkDnsSubdomain(name))
}

function validateSchedulingGates(spec: Place): void {
  const names = new Set<string>()
  for (const gate of spec.each('schedulingGates')) {
    const name = gate.text('name')
    gate.problems('', checkLabelKey(name), name)
    if (names.has(name)) gate.duplicate('', name)
    names.add(name)
  }
}
