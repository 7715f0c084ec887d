import type { Place } from '../place.ts'
import { checkPortName, checkPortNumber } from '../port.ts'

const protocols = ['SCTP', 'TCP', 'UDP'] as const

/** As validateContainerPorts in Kubernetes' core validation. */
export function validateContainerPorts(container: Place): void {
  const names = new Set<string>()
  for (const port of container.each('ports')) {
    validateName(port, names)
    const number = port.number('containerPort')
    if (number === 0) port.required('containerPort')
    else port.problems('containerPort', checkPortNumber(number))
    if (port.number('hostPort') !== 0) {
      port.problems('hostPort', checkPortNumber(port.number('hostPort')))
    }
    port.requiredOneOf('protocol', protocols)
  }
}

function validateName(port: Place, names: Set<string>): void {
  const name = port.text('name')
  if (name === '') return
  const problems = checkPortName(name)
  if (problems.length > 0) port.problems('name', problems)
  else if (names.has(name)) port.duplicate('name')
  else names.add(name)
}

/** As checkHostPortConflicts in Kubernetes' core validation: a port of a node is given away once. */
export function validateHostPorts(containers: readonly Place[]): void {
  const taken = new Set<string>()
  for (const port of containers.flatMap((container) => container.each('ports'))) {
    const number = port.number('hostPort')
    if (number === 0) continue
    const shown = `${port.text('protocol')}/${port.text('hostIP')}/${number}`
    if (taken.has(shown)) port.duplicate('hostPort', shown)
    else taken.add(shown)
  }
}

/** As validatePodHostNetworkDeps in Kubernetes' core validation. */
export function validateHostNetworkPorts(spec: Place, isPod: boolean): void {
  if (!spec.isTrue('hostNetwork')) return
  for (const port of spec.each('containers').flatMap((container) => container.each('ports'))) {
    const hostPort = port.number('hostPort')
    if ((!isPod && hostPort === 0) || hostPort === port.number('containerPort')) continue
    port.invalid('hostPort', 'must match `containerPort` when `hostNetwork` is true', hostPort)
  }
}
