import { checkDnsLabel } from '@fairlead/kube-core'

import { Place } from '../place.ts'
import { validateContainerResources } from '../resource-requirements.ts'
import { validateContainerPorts, validateHostPorts } from './container-ports.ts'
import { validateEnvironment, validateEnvironmentSources } from './environment.ts'
import { validateLifecycle, validateProbes } from './handlers.ts'
import { validateSecurityContext } from './security-context.ts'
import { validateVolumeDevices, validateVolumeMounts, type Volumes } from './volume-mounts.ts'

const pullPolicies = ['Always', 'IfNotPresent', 'Never'] as const

/** As validateContainers in Kubernetes' core validation. */
export function validateContainers(spec: Place, volumes: Volumes): void {
  const containers = spec.each('containers')
  if (containers.length === 0) spec.required('containers')
  const names = new Set<string>()
  for (const container of containers) {
    validateContainer(container, volumes)
    claimName(container, names)
    validateLifecycle(container, spec.optionalNumber('terminationGracePeriodSeconds'))
    validateProbes(container)
    if (container.has('restartPolicy')) {
      container.forbidden('restartPolicy', 'may not be set for non-init containers')
    }
  }
  validateHostPorts(containers)
}

/** As validateInitContainers in Kubernetes' core validation. */
export function validateInitContainers(spec: Place, volumes: Volumes): void {
  const others = new Set(spec.each('containers').map((container) => container.text('name')))
  const names = new Set(others)
  for (const container of spec.each('initContainers')) {
    validateContainer(container, volumes)
    container.oneOf('restartPolicy', ['Always'])
    claimName(container, names)
    // Here those without a name are not each other's.
    if (container.text('name') === '' && !others.has('')) names.delete('')
    validateHostPorts([asFirst(spec, container)])
    if (container.text('restartPolicy') === 'Always') {
      validateLifecycle(container, spec.optionalNumber('terminationGracePeriodSeconds'))
      validateProbes(container)
    } else {
      for (const field of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe']) {
        if (!container.has(field)) continue
        const detail = 'may not be set for init containers without restartPolicy=Always'
        container.forbidden(field, detail)
      }
    }
  }
}

/** The real server looks at the ports of each init container as if it were the only one. */
function asFirst(spec: Place, { fields, found }: Place): Place {
  return new Place(fields, spec.pathOf('initContainers[0]'), found)
}

/** What an ephemeral container cannot have, in Go's order of the fields. */
const notEphemeral = [
  'ports',
  'resources',
  'restartPolicy',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'lifecycle',
] as const

/** As validateEphemeralContainers in Kubernetes' core validation. */
export function validateEphemeralContainers(spec: Place, volumes: Volumes): void {
  const others = new Set(
    [...spec.each('containers'), ...spec.each('initContainers')].map((each) => each.text('name')),
  )
  const names = new Set(others)
  const detail = 'cannot be set for an Ephemeral Container'
  for (const container of spec.each('ephemeralContainers')) {
    validateContainer(container, volumes)
    validateImageSpaces(container)
    claimName(container, names)
    const target = container.text('targetContainerName')
    if (target !== '' && !others.has(target)) container.notFound('targetContainerName')
    for (const field of notEphemeral) {
      if (!isEmpty(container.fields[field])) container.forbidden(field, detail)
    }
    for (const mount of container.each('volumeMounts')) {
      if (mount.text('subPath') !== '') mount.forbidden('subPath', detail)
      if (mount.text('subPathExpr') !== '') mount.forbidden('subPathExpr', detail)
    }
  }
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true
  return typeof value === 'object' && Object.keys(value).length === 0
}

/** As validateContainerOnlyForPod in Kubernetes' core validation. */
export function validateImageSpaces(container: Place): void {
  const image = container.text('image')
  if (image === image.trim()) return
  container.invalid('image', 'must not have leading or trailing whitespace')
}

function claimName(container: Place, names: Set<string>): void {
  const name = container.text('name')
  if (names.has(name)) container.duplicate('name', name)
  else names.add(name)
}

/** As validateContainerCommon in Kubernetes' core validation. */
function validateContainer(container: Place, volumes: Volumes): void {
  if (container.requireText('name')) {
    container.problems('name', checkDnsLabel(container.text('name')))
  }
  container.requireText('image')
  container.requiredOneOf('terminationMessagePolicy', ['File', 'FallbackToLogsOnError'])
  validateContainerPorts(container)
  validateEnvironment(container)
  validateEnvironmentSources(container)
  validateVolumeMounts(container, volumes)
  validateVolumeDevices(container, volumes)
  container.requiredOneOf('imagePullPolicy', pullPolicies)
  validateContainerResources(container.within('resources'))
  validateSecurityContext(container.at('securityContext'))
}
